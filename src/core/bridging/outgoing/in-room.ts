import type { Reach } from "../../model/reach.ts";
import type { Addressed } from "../../ports/bridge/delivery.ts";
import type { Prepared } from "./prepare.ts";

/** The rooms that copies are in, by the remote ids of the copies. What is not in it has the same id at every target. */
export type Rooms = ReadonlyMap<string, string>;

/**
 * The content of a delivery with the ids that exist at its target. A channel may have been linked to one room after another; what
 * was said in an earlier one must not be named in the present one.
 */
export function inRoom(content: Prepared, rooms: Rooms, { target }: Reach): Prepared {
	if (rooms.size === 0) return content;
	const isThere = (id: string): boolean => (rooms.get(id) ?? target) === target;
	const there = (addressed: Addressed): Addressed => ({ ...addressed, remote: addressed.remote.filter(isThere) });
	return {
		...content,
		...("subject" in content ? { subject: there(content.subject) } : {}),
		...("parent" in content && content.parent !== undefined ? { parent: there(content.parent) } : {}),
		...("remote" in content ? { remote: content.remote.filter(isThere) } : {}),
	} as Prepared;
}
