import { SetupError } from "#bridge-kit";
import { type Homeserver, HomeserverError, segment } from "../homeserver.ts";
import { isRoomId } from "../ids.ts";
import { muteness, obstacleTo } from "../rooms/obstacles.ts";
import { type RoomState, readRoom } from "../rooms/room-state.ts";

/** A room that the bot has entered. */
export interface EnteredRoom {
	readonly id: string;
	/** Leaves the room again, unless the bot was in it before. @throws {HomeserverError} */
	leaveAgain(): Promise<void>;
}

/**
 * Makes the bot enter a room that the operator wants to link, and checks that it and the ghosts can enter and speak there. Otherwise the
 * bot leaves again.
 *
 * @param room an id or alias
 * @throws {SetupError} in one line: there is no such room, the bot may not enter it, or it can't be linked
 * @throws {HomeserverError} the homeserver can't say now
 */
export async function enterRoom(homeserver: Homeserver, room: string, bot: string): Promise<EnteredRoom> {
	const id = isRoomId(room) ? room : await resolve(homeserver, room);
	const wasThere = await isThere(homeserver, id, bot);
	if (!wasThere) await join(homeserver, room, id, bot);
	const entered: EnteredRoom = {
		id,
		async leaveAgain() {
			if (!wasThere) await homeserver.request("POST", `/rooms/${segment(id)}/leave`);
		},
	};
	const reason = unfitness(await readRoom(homeserver, id), bot);
	if (reason === undefined) return entered;
	await entered.leaveAgain();
	throw new SetupError(`${room} can't be linked: ${reason}`);
}

const unfitness = (state: RoomState, bot: string): string | undefined => obstacleTo(state, bot) ?? muteness(state, bot);

async function resolve(homeserver: Homeserver, alias: string): Promise<string> {
	try {
		const { room_id: id } = await homeserver.request("GET", `/directory/room/${segment(alias)}`);
		if (typeof id === "string" && isRoomId(id)) return id;
	} catch (error) {
		if (!isStatus(error, 400, 404)) throw error;
	}
	throw new SetupError(`The homeserver knows no room ${alias}`);
}

async function isThere(homeserver: Homeserver, id: string, bot: string): Promise<boolean> {
	try {
		const path = `/rooms/${segment(id)}/state/m.room.member/${segment(bot)}`;
		return (await homeserver.request("GET", path)).membership === "join";
	} catch (error) {
		if (isStatus(error, 400, 403, 404)) return false;
		throw error;
	}
}

async function join(homeserver: Homeserver, room: string, id: string, bot: string): Promise<void> {
	try {
		await homeserver.request("POST", `/join/${segment(room.startsWith("#") ? room : id)}`);
	} catch (error) {
		// 502 and 504: the servers that are in the room do not answer the homeserver.
		if (isStatus(error, 400, 404, 502, 504))
			throw new SetupError(`The homeserver knows no room ${room}, or can't reach it`);
		if (isStatus(error, 403))
			throw new SetupError(`The bot may not enter ${room}: invite ${bot} to it, or make the room public`);
		throw error;
	}
}

const isStatus = (error: unknown, ...statuses: readonly number[]): error is HomeserverError =>
	error instanceof HomeserverError && error.errcode !== "" && statuses.includes(error.status);
