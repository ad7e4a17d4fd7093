import {
	type Account,
	type Bridge,
	type BridgeHost,
	type BridgeModule,
	type Reach,
	type RemotePlace,
	Unavailable,
} from "#bridge-kit";
import { configSchema, type MatrixConfig } from "./config.ts";
import { createGhosts } from "./ghosts.ts";
import { createHealth } from "./health.ts";
import { createHomeserver, type Homeserver } from "./homeserver.ts";
import { createNames, laneOf } from "./ids.ts";
import { readEvent } from "./incoming/event.ts";
import { createReceiveEvents, type ReceiveEvents } from "./incoming/receive-events.ts";
import { createIntroductions } from "./introductions.ts";
import { createDeliver } from "./outgoing/deliver.ts";
import { capabilities } from "./outgoing/deliverers.ts";
import { createEventSender } from "./outgoing/send.ts";
import { createPeople } from "./people.ts";
import { readRegistration } from "./registration.ts";
import { createConsent } from "./rooms/consent.ts";
import { createRoomFinder } from "./rooms/find-room.ts";
import { createMembers } from "./rooms/members.ts";
import { createReadBack } from "./rooms/read-back.ts";
import { createRemovedGhosts } from "./rooms/removed-ghosts.ts";
import { createReplyOnlyNotices } from "./rooms/reply-only-notices.ts";
import { createRoomMembers } from "./rooms/room-members.ts";
import { refusal, unavailable } from "./service/answers.ts";
import { createRoutes } from "./service/routes.ts";
import { eventsOf } from "./service/transactions.ts";

function create(config: MatrixConfig, host: BridgeHost): Bridge {
	const registration = readRegistration(config.registration, config.prefix);
	return createMatrix(config, host, {
		homeserver: createHomeserver(config, registration),
		token: registration.hs_token,
		service: registration.id,
	});
}

export interface MatrixParts {
	readonly homeserver: Homeserver;
	/** The homeserver's token. */
	readonly token: string;
	/** The id of our registration. */
	readonly service?: string;
}

export function createMatrix(
	config: Pick<MatrixConfig, "prefix" | "serverName" | "transactionBytes">,
	host: BridgeHost,
	{ homeserver, token, service = "causeway" }: MatrixParts,
): Bridge {
	const stopping = new AbortController();
	/** A command builds a bridge without starting it. */
	let isStarted = false;
	/** Whether the active links have been checked since the start. */
	let areChecked = false;
	const names = createNames(config);
	const people = createPeople(async (user) => (await host.people.byRemote(user))?.profile.displayName);
	const ghosts = createGhosts(host, homeserver, names);
	const members = createMembers(host, homeserver, names);
	const removed = createRemovedGhosts(host, homeserver, names, people);
	const readBack = createReadBack(host, homeserver, () => receiveEvents);
	const roomMembers = createRoomMembers({ host, homeserver, names, people, signal: stopping.signal });
	const consent = createConsent({
		host,
		homeserver,
		names,
		members,
		async begin(room) {
			await readBack.begin(room);
			await roomMembers.due(room);
		},
		onActive: (room) => roomMembers.importSoon([room]),
		async forget(room) {
			await readBack.forget(room);
			await roomMembers.forget(room);
		},
		signal: stopping.signal,
	});
	const receiveEvents: ReceiveEvents = createReceiveEvents({
		host,
		people,
		converter: { text: host.text, person: people.of, isOurs: names.isOurs },
		ownerOf: names.ownerOf,
		watch: (event, portal) => (portal && removed.watch(event)) ?? consent.watch(event, portal),
		wasActive: readBack.wasActive,
		onOutcome(event, received) {
			replyOnly(event, received);
			roomMembers.noteOutcome(event, received);
		},
		onNewest: readBack.noteNewest,
		catchUp: readBack.catchUp,
		onUnnamed: (room, user) => roomMembers.nameSoon(room, [user]),
	});
	const replyOnly = createReplyOnlyNotices(host, homeserver);
	const send = createEventSender({ host, homeserver, names, ghosts, members, removed });
	const health = createHealth({
		host,
		homeserver,
		bot: names.bot,
		service,
		async onAvailable(returned) {
			roomMembers.importSoon([]);
			if (returned) {
				await readBack.suspectAll();
				// What a waiting or degraded link needs may have happened while one of us was down.
				const links = await host.portals.all();
				const roomsOf = (isActive: boolean): ReadonlySet<string> =>
					new Set(links.filter(({ state }) => (state === "active") === isActive).map(({ room }) => room));
				for (const room of roomsOf(false)) await consent.check(room);
				roomMembers.importSoon(roomsOf(true));
			}
			await readBack.all();
			if (areChecked) return;
			// An earlier version did not check whether ghosts may enter and speak; changes arrive as events.
			for (const { room, state } of await host.portals.all()) if (state === "active") await consent.check(room);
			areChecked = true;
		},
	});

	async function transaction(id: string, body: Buffer): Promise<void> {
		const raws = eventsOf(body);
		const events = raws.flatMap((raw) => readEvent(raw) ?? []);
		if (health.noteTransaction(id, events[0]?.event_id)) await readBack.suspectAll();
		await readBack.before(events.map((event) => event.room_id));
		await receiveEvents(raws);
	}

	/** A parent that a room has is handed to the core together with all else that is missing of the room. */
	async function readMessage(_id: string, below?: RemotePlace): Promise<undefined> {
		if (below?.kind === "room" && !(await readBack.catchUp(below.room)))
			throw new Unavailable("The history of the room can't be read now");
	}

	/** The homeserver asks whether a user exists before it invites a user that it does not know. */
	async function hasUser(user: string): Promise<boolean> {
		if (user === names.bot || (await ghosts.exists(user))) return true;
		const owner = names.ownerOf(user);
		const account = owner === undefined ? undefined : await host.people.byHandle(owner.handle, owner.domain);
		if (account === undefined || account.deletedAt !== undefined || !account.bridgeable) return false;
		// A Matrix user has no ghost.
		if (account.origin?.bridge === host.about.bridge) return false;
		await ghosts.ensure(account);
		return true;
	}

	async function roomsOf(account: Account): Promise<readonly Reach[]> {
		const user = ghosts.userOf(account);
		const rooms = (await host.portals.all()).map(({ room }) => room);
		const isIn = await Promise.all(rooms.map((room) => members.has(room, user)));
		return rooms
			.filter((_, i) => isIn[i])
			.map((room) => ({ bridge: host.about.bridge, target: room, lane: laneOf(room) }));
	}

	return {
		name: host.about.bridge,
		capabilities,
		roomsOf,
		introduction: createIntroductions(host, { ghosts, members, removed }),
		paths: ["_matrix"],
		service: { isCaller: (request) => refusal(request, token) === undefined, unavailable },
		handle: createRoutes({ transaction, hasUser, hasAlias: async () => false }, token, config.transactionBytes),
		async start(signal) {
			signal.addEventListener("abort", () => stopping.abort(), { once: true });
			isStarted = true;
			host.report({ state: "starting" });
			await readBack.suspectAll();
			readBack.start(stopping.signal);
			health.start(stopping.signal);
		},
		async stop() {
			stopping.abort();
			await readBack.save();
			await homeserver.close();
			if (isStarted) host.report({ state: "stopped" });
		},
		deliver: createDeliver({ host, ghosts, members, consent, send }),
		resolvers: {
			person: "unsupported",
			isGone: "unsupported",
			room: createRoomFinder(host, homeserver),
			message: readMessage,
			alternate: "unsupported",
		},
	};
}

const commands: BridgeModule<MatrixConfig>["commands"] = {
	registration: async () => (await import("./commands/registration.ts")).registration,
	link: async () => (await import("./commands/link.ts")).link,
	unlink: async () => (await import("./commands/unlink.ts")).unlink,
	list: async () => (await import("./commands/list.ts")).list,
};

const diagnose: BridgeModule<MatrixConfig>["diagnose"] = async (context) =>
	(await import("./diagnose.ts")).diagnose(context);

export default { configSchema, commands, diagnose, create } satisfies BridgeModule<MatrixConfig>;
