import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { freePort } from "../support/free-port.ts";
import { createPusher, type Pusher } from "./fake-homeserver-push.ts";
import { createRoom, MatrixError, type Room, type RoomEvent } from "./fake-homeserver-rooms.ts";

/** How a request of the application service fails. `lose`: it is processed, and the response is lost. */
export type Fault =
	| "lose"
	| "hang"
	| { readonly status: number; readonly errcode: string; readonly retryAfterMs?: number };

/**
 * A homeserver for faults that Synapse can't be made to show: lost responses, transaction numbers that start again, forgotten
 * events. It copies the measured behaviour of Synapse 1.163: transaction ids are remembered per application service and not
 * per ghost, and across a restart only with a device; one transaction is in flight; ghosts must be registered.
 */
export interface FakeHomeserver extends AsyncDisposable {
	readonly url: string;
	readonly serverName: string;
	readonly pusher: Pusher;
	/** Is called for each request of the application service. */
	fault: (method: string, path: string) => Fault | undefined;
	/** The requests of the application service, in order: `PUT /rooms/…`. */
	readonly requests: readonly string[];
	room(creator: string): Room;
	/** The rooms by their aliases. */
	readonly aliases: Map<string, string>;
	roomOf(id: string): Room;
	/** Exports its database, from which another homeserver can be started. */
	write(): WrittenHomeserver;
	/** `@alice:hs.test` */
	user(name: string): string;
	/** Forgets what Synapse only keeps in memory, as a restart does. */
	restart(lost?: number): void;
	close(): Promise<void>;
	open(): Promise<void>;
}

/** The content of a homeserver's database. */
export interface WrittenHomeserver {
	readonly rooms: readonly (readonly RoomEvent[])[];
	readonly users: readonly string[];
	readonly devices: readonly string[];
}

export interface FakeHomeserverOptions {
	/** Absent: its database is empty. */
	readonly written?: WrittenHomeserver;
	readonly port?: number;
	readonly serviceUrl: string;
	readonly asToken: string;
	readonly hsToken: string;
	readonly bot: string;
	readonly firstWaitMs?: number;
}

type Json = Record<string, unknown>;
type Handler = (match: readonly string[], as: string, body: Json, url: URL) => Json;

export async function startFakeHomeserver({
	port: wanted,
	serviceUrl,
	asToken,
	hsToken,
	bot,
	firstWaitMs = 100,
	written = { rooms: [], users: [], devices: [] },
}: FakeHomeserverOptions): Promise<FakeHomeserver> {
	const port = wanted ?? (await freePort());
	const serverName = "hs.test";
	const pusher = createPusher(serviceUrl, hsToken, firstWaitMs);
	const rooms = new Map<string, Room>();
	const registered = new Set([bot, ...written.users]);
	const names = new Map<string, string>();
	const devices = new Set(written.devices);
	const done = new Map<string, { readonly answer: Json; readonly durable: boolean }>();
	const requests: string[] = [];
	let server: Server | undefined;
	const pushEvent = (event: RoomEvent): void => pusher.add({ ...event });
	for (const events of written.rooms) {
		const room = createRoom("", serverName, pushEvent, events);
		rooms.set(room.id, room);
	}

	function roomOf(id: string | undefined): Room {
		const room = rooms.get(id ?? "");
		if (room === undefined) throw new MatrixError(404, "M_NOT_FOUND");
		return room;
	}

	/** The same path with the same transaction id is the same request, whichever ghost of the service sends it. */
	function once(path: string, url: URL, as: string, act: () => Json): Json {
		const device = url.searchParams.get("device_id");
		if (device !== null && !devices.has(`${as}/${device}`)) throw new MatrixError(400, "M_UNKNOWN_DEVICE");
		const known = done.get(path);
		if (known !== undefined) return known.answer;
		const answer = act();
		done.set(path, { answer, durable: device !== null });
		return answer;
	}

	const aliases = new Map<string, string>();
	const routes: readonly (readonly [string, RegExp, Handler])[] = [
		["GET", /^account\/whoami$/, (_, as) => ({ user_id: as })],
		[
			"POST",
			/^register$/,
			(_, _as, { username }) => {
				const user = `@${String(username)}:${serverName}`;
				if (registered.has(user)) throw new MatrixError(400, "M_USER_IN_USE");
				registered.add(user);
				return { user_id: user };
			},
		],
		[
			"GET",
			/^directory\/room\/([^/]+)$/,
			([alias]) => {
				const room_id = aliases.get(alias ?? "");
				if (room_id === undefined) throw new MatrixError(404, "M_NOT_FOUND");
				return { room_id };
			},
		],
		["POST", /^appservice\/([^/]+)\/ping$/, () => ({ duration_ms: 1 })],
		["PUT", /^devices\/([^/]+)$/, ([device], as) => (devices.add(`${as}/${device}`), {})],
		[
			"PUT",
			/^profile\/([^/]+)\/displayname$/,
			([user], _, { displayname }) => (names.set(user ?? "", String(displayname)), {}),
		],
		[
			"GET",
			/^profile\/([^/]+)\/displayname$/,
			([user]) => ({ displayname: names.get(user ?? "") ?? user?.slice(1).split(":")[0] }),
		],
		[
			"POST",
			/^(?:join\/([^/]+)|rooms\/([^/]+)\/join)$/,
			([a, b], as) => {
				const id = aliases.get(a ?? "") ?? a ?? b;
				roomOf(id).join(as);
				return { room_id: id };
			},
		],
		["POST", /^rooms\/([^/]+)\/invite$/, ([room], as, { user_id }) => (roomOf(room).invite(as, String(user_id)), {})],
		["POST", /^rooms\/([^/]+)\/leave$/, ([room], as) => (roomOf(room).leave(as), {})],
		[
			"GET",
			/^rooms\/([^/]+)\/joined_members$/,
			([room]) => ({
				joined: Object.fromEntries(
					roomOf(room)
						.members()
						.map((user) => [user, {}]),
				),
			}),
		],
		[
			"PUT",
			/^rooms\/([^/]+)\/send\/([^/]+)\/([^/]+)$/,
			([room, type, txn], as, body, url) =>
				once(`${room}/send/${type}/${txn}`, url, as, () => ({
					event_id: roomOf(room).send(as, type ?? "", body).event_id,
				})),
		],
		[
			"PUT",
			/^rooms\/([^/]+)\/redact\/([^/]+)\/([^/]+)$/,
			([room, event, txn], as, _, url) =>
				once(`${room}/redact/${event}/${txn}`, url, as, () => ({
					event_id: roomOf(room).redact(as, event ?? "").event_id,
				})),
		],
		[
			"PUT",
			/^rooms\/([^/]+)\/state\/([^/]+)\/([^/]*)$/,
			([room, type, key], as, body) => ({ event_id: roomOf(room).setState(as, type ?? "", key ?? "", body).event_id }),
		],
		[
			"GET",
			/^rooms\/([^/]+)\/state\/([^/]+)\/([^/]*)$/,
			([room, type, key], _as, _body, url) => {
				const event = roomOf(room).state(type ?? "", key ?? "");
				if (event === undefined) throw new MatrixError(404, "M_NOT_FOUND");
				return url.searchParams.get("format") === "event" ? { ...event } : { ...event.content };
			},
		],
		[
			"GET",
			/^rooms\/([^/]+)\/messages$/,
			([room], _as, _body, { searchParams }) => {
				const backwards = roomOf(room).events.toReversed();
				const from = Number(searchParams.get("from") ?? 0);
				const end = from + Number(searchParams.get("limit") ?? 10);
				return {
					chunk: backwards.slice(from, end),
					start: String(from),
					...(end < backwards.length ? { end: String(end) } : {}),
				};
			},
		],
	];

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? "/", `http://localhost:${port}`);
		const body = await text(request);
		const reply = (status: number, json: unknown) =>
			response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
		const path = url.pathname.replace(/^\/_matrix\/client\/(v3|r0|v1)\//, "");
		if (url.pathname === "/_matrix/client/versions") return void reply(200, { versions: ["v1.11", "v1.17"] });
		requests.push(`${request.method} /${path}`);
		const fault = homeserver.fault(request.method ?? "", `/${path}`);
		if (fault === "hang") return;
		if (typeof fault === "object")
			return void reply(fault.status, { errcode: fault.errcode, retry_after_ms: fault.retryAfterMs });
		try {
			const done = act(request, path, body === "" ? {} : (JSON.parse(body) as Json), url);
			if (fault === "lose") request.socket.destroy();
			else reply(200, done);
		} catch (error) {
			if (!(error instanceof MatrixError)) throw error;
			reply(error.status, { errcode: error.errcode, error: error.message });
		}
	}

	function act(request: IncomingMessage, path: string, body: Json, url: URL): Json {
		if (request.headers.authorization !== `Bearer ${asToken}`) throw new MatrixError(401, "M_MISSING_TOKEN");
		const as = url.searchParams.get("user_id") ?? bot;
		if (!registered.has(as)) throw new MatrixError(403, "M_FORBIDDEN");
		for (const [method, pattern, handler] of routes) {
			const match = method === request.method ? pattern.exec(path) : null;
			if (match !== null)
				return handler(
					match.slice(1).map((part) => (part === undefined ? part : decodeURIComponent(part)) as string),
					as,
					body,
					url,
				);
		}
		throw new MatrixError(404, "M_UNRECOGNIZED");
	}

	const homeserver: FakeHomeserver = {
		url: `http://127.0.0.1:${port}`,
		serverName,
		pusher,
		requests,
		aliases,
		fault: () => undefined,
		user: (name) => `@${name}:${serverName}`,
		room(creator) {
			const room = createRoom(creator, serverName, pushEvent);
			rooms.set(room.id, room);
			return room;
		},
		roomOf,
		write: () => ({
			rooms: [...rooms.values()].map(({ events }) => events),
			users: [...registered],
			devices: [...devices],
		}),
		restart(lost) {
			for (const [path, { durable }] of done) if (!durable) done.delete(path);
			pusher.restart(lost);
		},
		async open() {
			const opened = createServer(
				(request, response) =>
					void answer(request, response).catch((error: unknown) => response.destroy(error as Error)),
			);
			server = opened;
			await new Promise<void>((resolve) => opened.listen(port, "127.0.0.1", resolve));
		},
		async close() {
			server?.closeAllConnections();
			await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
			server = undefined;
		},
		async [Symbol.asyncDispose]() {
			pusher.close();
			await homeserver.close();
		},
	};
	await homeserver.open();
	return homeserver;
}
