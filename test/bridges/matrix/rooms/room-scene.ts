import type { Delivery } from "#core/ports/bridge/delivery.ts";
import type { LinkedRoom } from "#core/ports/bridge/portals.ts";
import { bot, event, linkOf, openScene, refused, room, type Scene, textEvent } from "../matrix-scene.ts";

export const [admin, member] = ["@admin:hs.test", "@member:hs.test"];

/** What the homeserver says about the room. */
export interface FakeRoom {
	/** The bot's membership. */
	bot: "join" | "invite" | "leave";
	levels: Record<string, unknown>;
	encrypted: boolean;
	joinRule: string;
	tombstone: object | undefined;
	/** The content of `m.room.create` of other rooms that the bot can read. */
	readonly otherRooms: Map<string, object>;
}

export interface RoomScene extends Scene {
	readonly state: FakeRoom;
	/** Adds another link that waits for the room, of a channel of its own. */
	wait(id: string): LinkedRoom;
	/** Checks the room now, after all that was pushed before, and returns the link. */
	judged(id?: string): Promise<LinkedRoom>;
	/** What the bot has said in the room. */
	notices(): readonly string[];
	link(id: string): LinkedRoom;
	operatorLinks(id: string): Promise<void>;
	unlink(id: string): Promise<void>;
}

/** A room with a link that waits. The bot is in it unless `bot` says otherwise. */
export function openRoomScene(fields: Partial<FakeRoom> = {}): RoomScene {
	const scene = openScene();
	const { portals, homeserver, host, bridge } = scene;
	const state: FakeRoom = {
		bot: "join",
		levels: { users: { [admin]: 100 } },
		encrypted: false,
		joinRule: "invite",
		tombstone: undefined,
		otherRooms: new Map(),
		...fields,
	};
	portals.clear();
	const linked = new Map<string, LinkedRoom["channel"]>();
	const wait = (id: string): LinkedRoom => {
		const owner = host.person(`owner-of-${id}`, { profile: { displayName: `Owner of ${id}` } });
		const { channel } = host.channel(owner, "public", `channel-${id}`);
		const link = linkOf(id, channel.id, owner.id);
		portals.set(id, link);
		linked.set(id, channel.id);
		return link;
	};
	wait("brg_1");
	const here = `/rooms/${encodeURIComponent(room)}/`;

	const described = new Map<string, Record<string, unknown>>();
	homeserver.script = ({ path, method, as, body }) => {
		if (path.includes("bridge/ofscp")) {
			if (method === "PUT") described.set(path, body as Record<string, unknown>);
			else if (!described.has(path)) throw refused(404, "M_NOT_FOUND");
			return described.get(path);
		}
		if (path.startsWith("/room_summary/")) return { membership: state.bot };
		if (path.startsWith("/join/") && as === undefined) {
			if (state.bot === "leave" && state.joinRule !== "public") throw refused(403, "M_FORBIDDEN");
			state.bot = "join";
		}
		if (path.includes("/state/m.room.member/")) return { membership: state.bot };
		if (path === `${here}leave` && as === bot) state.bot = "leave";
		if (path.includes("/send/") && as === undefined && mayNotSpeak(state)) throw refused(403, "M_FORBIDDEN");
		const type = method === "GET" ? /\/state\/m\.room\.(\w+)\/$/.exec(path)?.[1] : undefined;
		if (type === undefined) return undefined;
		const content = path.startsWith(here) ? contentOf(state, type) : otherRoom(state, path, type);
		if (content === undefined) throw refused(404, "M_NOT_FOUND");
		return { sender: "@creator:hs.test", content };
	};
	async function deliver(kind: "link" | "unlink", id: string, consented = false): Promise<void> {
		const channel = { id: linked.get(id) };
		const delivery = { kind, room, consented, portal: id, ghosts: [], channel, reach: { target: room } };
		await bridge.deliver(delivery as never as Delivery, AbortSignal.timeout(60_000));
	}
	const link = (id: string): LinkedRoom => portals.get(id) as LinkedRoom;
	return {
		...scene,
		state,
		wait,
		link,
		async judged(id = "brg_1") {
			await deliver("link", id);
			return link(id);
		},
		notices: () =>
			homeserver.asked
				.filter(({ path, method }) => method === "PUT" && path.includes("/send/m.room.message/"))
				.map(({ body }) => String((body as { body: string }).body)),
		operatorLinks: (id) => deliver("link", id, true),
		async unlink(id) {
			portals.delete(id);
			await deliver("unlink", id);
		},
	};
}

function contentOf(state: FakeRoom, type: string): object | undefined {
	if (type === "power_levels") return state.levels;
	if (type === "create") return { room_version: "10" };
	if (type === "join_rules") return { join_rule: state.joinRule };
	if (type === "encryption") return state.encrypted ? { algorithm: "m.megolm.v1.aes-sha2" } : undefined;
	return type === "tombstone" ? state.tombstone : undefined;
}

function otherRoom(state: FakeRoom, path: string, type: string): object | undefined {
	const id = decodeURIComponent(path.split("/")[2] ?? "");
	if (!state.otherRooms.has(id)) throw refused(403, "M_FORBIDDEN");
	return type === "create" ? state.otherRooms.get(id) : undefined;
}

function mayNotSpeak({ levels }: FakeRoom): boolean {
	const {
		users = {},
		events = {},
		events_default: least = 0,
		users_default: has = 0,
	} = levels as Record<string, never>;
	const needed = (events as Record<string, number>)["m.room.message"] ?? least;
	return ((users as Record<string, number>)[bot] ?? has) < needed;
}

export const answer = (code: string, sender = admin, fields: object = {}) =>
	textEvent(`link ${code}`, { sender, ...fields });
export const invite = (sender: string) => event("m.room.member", { membership: "invite" }, { sender, state_key: bot });
export const kick = (sender = admin, membership = "leave") =>
	event("m.room.member", { membership }, { sender, state_key: bot });
