import { type Homeserver, segment } from "../homeserver.ts";
import { isRecord } from "../incoming/event.ts";

/** Pages of a room's history that are read at most: a week of a lively room. */
const maxPages = 50;
const pageSize = 100;
const timeoutMs = 10_000;
/** Clocks of homeservers differ by this much at most, in milliseconds. */
const skewMs = 5 * 60_000;

/** The newest event of a room that was taken in, and when that was. */
export interface Mark {
	readonly event: string;
	readonly at: number;
}

/** The newest event of a room. @throws {HomeserverError} */
export async function newestOf(homeserver: Homeserver, room: string): Promise<string | undefined> {
	const [newest] = (await pageOf(homeserver, room, undefined, 1)).events;
	return isRecord(newest) && typeof newest.event_id === "string" ? newest.event_id : undefined;
}

/**
 * What was said in a room since a mark, oldest first. Where the mark is not found any more, what is older than it by its date
 * is left out: that may be from before the link.
 *
 * @throws {HomeserverError}
 */
export async function eventsSince(homeserver: Homeserver, room: string, mark: Mark): Promise<readonly unknown[]> {
	const missed: unknown[] = [];
	let from: string | undefined;
	for (let page = 0; page < maxPages; page++) {
		const { events, end } = await pageOf(homeserver, room, from, pageSize);
		const at = events.findIndex((event) => isRecord(event) && event.event_id === mark.event);
		missed.push(...(at < 0 ? events : events.slice(0, at)));
		if (at >= 0) return oldestFirst(room, missed);
		if (end === undefined || events.length === 0) break;
		from = end;
	}
	const since = mark.at - skewMs;
	return oldestFirst(
		room,
		missed.filter(
			(event) => isRecord(event) && typeof event.origin_server_ts === "number" && event.origin_server_ts > since,
		),
	);
}

/** Some homeservers leave out in which room it was, since they were asked for that room. */
const oldestFirst = (room: string, events: readonly unknown[]): readonly unknown[] =>
	events.map((event) => (isRecord(event) ? { ...event, room_id: room } : event)).reverse();

async function pageOf(
	homeserver: Homeserver,
	room: string,
	from: string | undefined,
	limit: number,
): Promise<{ readonly events: readonly unknown[]; readonly end: string | undefined }> {
	const query = { dir: "b", limit, ...(from === undefined ? {} : { from }) };
	const { chunk, end } = await homeserver.request("GET", `/rooms/${segment(room)}/messages`, { query, timeoutMs });
	return { events: Array.isArray(chunk) ? chunk : [], end: typeof end === "string" && end !== from ? end : undefined };
}
