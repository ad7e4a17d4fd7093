import { type BridgeHost, type Reach, Unavailable } from "#bridge-kit";
import { type Homeserver, isRefusal, segment } from "../homeserver.ts";
import { isRoomId, laneOf } from "../ids.ts";

/** A room alias (appendices, "Room aliases"); the homeserver knows whether there is such a one. */
const isAlias = (text: string): boolean => /^#[^\s\p{Cc}]{1,254}$/u.test(text);

/** Finds a room by its id, or by an alias that the homeserver resolves. @throws {Unavailable} the homeserver can't be asked */
export function createRoomFinder(
	{ about }: Pick<BridgeHost, "about">,
	homeserver: Homeserver,
): (room: string) => Promise<Reach | undefined> {
	const reachOf = (room: string): Reach => ({ bridge: about.bridge, target: room, lane: laneOf(room) });

	return async (room) => {
		if (isRoomId(room)) return reachOf(room);
		if (!isAlias(room)) return undefined;
		try {
			const { room_id } = await homeserver.request("GET", `/directory/room/${segment(room)}`);
			return typeof room_id === "string" && isRoomId(room_id) ? reachOf(room_id) : undefined;
		} catch (error) {
			if (isRefusal(error)) return undefined;
			throw new Unavailable("The homeserver could not be asked", 5, error);
		}
	};
}
