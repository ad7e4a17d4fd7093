import { bridgeName } from "#core/ids.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { LinkedRoom } from "#core/ports/bridge/portals.ts";
import type { Received, RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import type { BridgeResponse } from "#core/ports/bridge/request.ts";
import { type Homeserver, HomeserverError, type HomeserverRequest } from "../../../bridges/matrix/homeserver.ts";
import { createMatrix } from "../../../bridges/matrix/index.ts";
import { createFakeHost, type FakeHost } from "../../support/fake-host.ts";

export const room = "!room:hs.test";
export const token = "the homeserver's token".replaceAll(" ", "-");
export const bot = "@_ofscp_bot:hs.test";

export interface Asked extends HomeserverRequest {
	readonly method: string;
	readonly path: string;
}

/** Answers in place of a homeserver, for what a real one can't be made to do at will. */
export interface ScriptedHomeserver extends Homeserver {
	readonly asked: Asked[];
	/** Given what is asked; throws or answers. `undefined`: what a willing homeserver would say. */
	script: (asked: Asked) => Record<string, unknown> | undefined | Promise<Record<string, unknown> | undefined>;
	/** What was asked that matters: `PUT /rooms/…`. */
	lines(): readonly string[];
}

export const refused = (status: number, errcode: string): HomeserverError =>
	new HomeserverError(status, errcode, errcode);

export function scriptedHomeserver(): ScriptedHomeserver {
	const asked: Asked[] = [];
	const homeserver: ScriptedHomeserver = {
		asked,
		script: () => undefined,
		lines: () => asked.map(({ method, path, as }) => `${method} ${decodeURIComponent(path)}${as ? ` as ${as}` : ""}`),
		async request(method, path, request = {}) {
			const question = { ...request, method, path };
			asked.push(question);
			const scripted = await homeserver.script(question);
			if (scripted !== undefined) return scripted;
			if (path.includes("/send/") || path.includes("/redact/")) return { event_id: `$event${asked.length}` };
			if (path.endsWith("/displayname") && method === "GET") return { displayname: "Somebody" };
			// An open room with the bot in it, which is neither encrypted nor replaced.
			if (method === "GET" && /\/state\/m\.room\.(encryption|tombstone)\//.test(path))
				throw refused(404, "M_NOT_FOUND");
			if (method === "GET" && path.includes("/state/m.room.member/")) return { membership: "join" };
			if (method === "GET" && path.includes("/state/m.room.join_rules/")) return { join_rule: "public" };
			if (path.includes("/messages")) return { chunk: [], start: "s" };
			return {};
		},
		async close() {},
	};
	return homeserver;
}

export interface Scene {
	readonly host: FakeHost;
	readonly homeserver: ScriptedHomeserver;
	readonly bridge: Bridge;
	/** The links of rooms; a `portal` event changes them as the core would. */
	readonly portals: Map<string, LinkedRoom>;
	/** What was handed to the core, without what concerns links. */
	said(): readonly RemoteEvent[];
	/** Sends a transaction as the homeserver does. */
	push(events: readonly unknown[], id?: string): Promise<BridgeResponse>;
	ask(method: string, path: string, options?: Ask): Promise<BridgeResponse>;
}
export interface Ask {
	readonly headers?: Readonly<Record<string, string>>;
	readonly query?: string;
	readonly body?: string | Buffer;
	/** Told when the body is read. */
	readonly onBody?: () => void;
}

/** A link of {@link room} with a code that is made of its id: `CODE_1` for `brg_1`. */
export const linkOf = (
	id: string,
	channel: LinkedRoom["channel"],
	linkedBy: LinkedRoom["linkedBy"],
	fields: Partial<LinkedRoom> = {},
): LinkedRoom => ({
	id: id as LinkedRoom["id"],
	bridge: bridgeName("matrix"),
	channel,
	room,
	state: "waiting",
	linkedBy,
	code: `CODE${id.slice(-2)}`.replace("_", "X"),
	...fields,
});

/** A bridge on a host in memory, one room of which is linked to an open channel. */
export function openScene(): Scene {
	const base = createFakeHost();
	const owner = base.person("owner");
	const { channel } = base.channel(owner, "public");
	const portals = new Map<string, LinkedRoom>([[room, linkOf("brg_1", channel.id, owner.id, { state: "active" })]]);
	const rank = ["active", "degraded", "waiting"];
	const ofRoom = (id: string): LinkedRoom[] =>
		[...portals.values()]
			.filter((link) => link.room === id)
			.toSorted((a, b) => rank.indexOf(a.state) - rank.indexOf(b.state));
	const { receive } = base;
	const host: FakeHost = Object.assign(base, {
		about: { ...base.about, bridge: bridgeName("matrix") },
		portals: {
			all: async () => [...portals.values()],
			byRoom: async (id: string) => ofRoom(id)[0],
			ofRoom: async (id: string) => ofRoom(id),
		},
		async receive(events: readonly RemoteEvent[]): Promise<readonly Received[]> {
			for (const event of events) {
				if (event.kind !== "portal") continue;
				host.clock.time++;
				const [key, portal] = [...portals].find(([, link]) => link.id === event.portal) ?? [];
				if (key === undefined || portal === undefined) continue;
				const isTaken =
					event.state === "active" && ofRoom(event.room).some((l) => l.state === "active" && l.id !== portal.id);
				if (isTaken) return events.map(() => ({ status: "ignored", reason: "not-allowed" }));
				const { reason: _before, ...kept } = portal;
				const { state, reason, moderation = portal.moderation } = event;
				portals.set(key, {
					...kept,
					state,
					...(reason === undefined ? {} : { reason }),
					...(moderation === undefined ? {} : { moderation }),
				});
			}
			return receive(events);
		},
	});
	const homeserver = scriptedHomeserver();
	const bridge = createMatrix({ prefix: "_ofscp_", serverName: "hs.test", transactionBytes: 16 * 1024 * 1024 }, host, {
		homeserver,
		token,
	});
	let transactions = 0;

	const ask: Scene["ask"] = (method, path, { headers, query = "", body = "", onBody } = {}) =>
		bridge.handle({
			method,
			path,
			query,
			headers: headers ?? { authorization: `Bearer ${token}` },
			remoteAddress: "127.0.0.1",
			async body(maxBytes) {
				onBody?.();
				const bytes = Buffer.from(body);
				if (bytes.length > maxBytes) {
					const { PayloadTooLarge } = await import("#core/errors.ts");
					throw new PayloadTooLarge(`${maxBytes} bytes`);
				}
				return bytes;
			},
			async *stream(maxBytes) {
				yield await this.body(maxBytes);
			},
		});
	return {
		host,
		homeserver,
		bridge,
		portals,
		said: () => host.received.filter((event) => event.kind !== "portal"),
		ask,
		push: (events, id = String(++transactions)) =>
			ask("PUT", `/_matrix/app/v1/transactions/${id}`, { body: JSON.stringify({ events }) }),
	};
}

let events = 0;
/** An event as a homeserver pushes it. */
export const event = (type: string, content: object, fields: object = {}): Record<string, unknown> => ({
	type,
	event_id: `$e${++events}`,
	room_id: room,
	sender: "@alice:hs.test",
	origin_server_ts: 1_700_000_000_000,
	content,
	...fields,
});
export const textEvent = (body: string, fields: object = {}): Record<string, unknown> =>
	event("m.room.message", { msgtype: "m.text", body }, fields);
