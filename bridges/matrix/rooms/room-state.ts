import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { isRoomId } from "../ids.ts";
import { contentOf, type Power, powerOf } from "./power.ts";

/** What a room's state says, as far as links need it. */
export interface RoomState {
	readonly power: Power;
	readonly encrypted: boolean;
	/** Whether users can join without an invitation. */
	readonly isPublic: boolean;
	/** The room that replaces this one, if both rooms say so. */
	readonly replacement: string | undefined;
}

type StateEvent = Record<string, unknown> | undefined;

/** Reads a room's state now. @throws {HomeserverError} */
export async function readRoom(homeserver: Homeserver, room: string): Promise<RoomState> {
	const [levels, creation, encryption, joinRules, tombstone] = await Promise.all(
		["power_levels", "create", "encryption", "join_rules", "tombstone"].map((type) =>
			stateOf(homeserver, room, `m.room.${type}`),
		),
	);
	return {
		power: powerOf(levels && contentOf(levels), creation ?? {}),
		encrypted: encryption !== undefined,
		isPublic: joinRules !== undefined && contentOf(joinRules).join_rule === "public",
		replacement: await confirmed(homeserver, room, tombstone),
	};
}

async function stateOf(homeserver: Homeserver, room: string, type: string): Promise<StateEvent> {
	try {
		return await homeserver.request("GET", `/rooms/${segment(room)}/state/${type}/`, { query: { format: "event" } });
	} catch (error) {
		if (error instanceof HomeserverError && error.status === 404) return undefined;
		throw error;
	}
}

/**
 * The replacement that a tombstone names, if that room names this one as its predecessor. A tombstone alone proves nothing: a user
 * who may send one could name any room. A replacement that the bot can't read is not confirmed either.
 */
async function confirmed(homeserver: Homeserver, room: string, tombstone: StateEvent): Promise<string | undefined> {
	const replacement = tombstone && contentOf(tombstone).replacement_room;
	if (typeof replacement !== "string" || !isRoomId(replacement) || replacement === room) return undefined;
	try {
		const creation = await stateOf(homeserver, replacement, "m.room.create");
		const { predecessor } = creation === undefined ? {} : contentOf(creation);
		const { room_id: before } = (predecessor ?? {}) as { readonly room_id?: unknown };
		return before === room ? replacement : undefined;
	} catch (error) {
		if (error instanceof HomeserverError && (error.status === 403 || error.status === 400)) return undefined;
		throw error;
	}
}
