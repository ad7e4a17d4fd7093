import { type Homeserver, segment } from "../homeserver.ts";
import { isRecord } from "../incoming/event.ts";

/** How many pages of a room's history are read at most: about a week of a busy room. */
const maxPages = 50;
const pageSize = 100;
const timeoutMs = 10_000;
/** How much the clocks of homeservers may differ, in milliseconds. */
const skewMs = 5 * 60_000;

/** The newest event of a room that was processed, and when. */
export interface RoomPosition {
	readonly event: string;
	readonly at: number;
}

/** The newest event of a room. @throws {HomeserverError} */
export async function newestOf(homeserver: Homeserver, room: string): Promise<string | undefined> {
	const [newest] = (await pageOf(homeserver, room, undefined, 1)).events;
	return isRecord(newest) && typeof newest.event_id === "string" ? newest.event_id : undefined;
}

/**
 * The events of a room since a position, oldest first. If the event at the position is not found any more, events that are older
 * than it by their timestamp are left out, since they may be from before the link.
 *
 * @throws {HomeserverError}
 */
export async function eventsSince(
	homeserver: Homeserver,
	room: string,
	position: RoomPosition,
): Promise<readonly unknown[]> {
	const missed: unknown[] = [];
	let from: string | undefined;
	for (let page = 0; page < maxPages; page++) {
		const { events, end } = await pageOf(homeserver, room, from, pageSize);
		const at = events.findIndex((event) => isRecord(event) && event.event_id === position.event);
		missed.push(...(at < 0 ? events : events.slice(0, at)));
		if (at >= 0) return oldestFirst(room, missed);
		if (end === undefined || events.length === 0) break;
		from = end;
	}
	const since = position.at - skewMs;
	return oldestFirst(
		room,
		missed.filter(
			(event) => isRecord(event) && typeof event.origin_server_ts === "number" && event.origin_server_ts > since,
		),
	);
}

/** How many pages of what is older than the position are searched for events that have been redacted since. */
const olderPages = 20;

/**
 * The redactions since a position, oldest first. While the bot was not in the room it may not see the redactions themselves; but the
 * events that it knew name their redaction, so these are searched too, for some way back.
 *
 * @throws {HomeserverError}
 */
export async function redactionsSince(
	homeserver: Homeserver,
	room: string,
	position: RoomPosition,
): Promise<readonly unknown[]> {
	const found: unknown[] = [];
	let from: string | undefined;
	let older = 0;
	for (let page = 0; page < maxPages && older < olderPages; page++) {
		const { events, end } = await pageOf(homeserver, room, from, pageSize);
		if (older > 0 || events.some((event) => isRecord(event) && event.event_id === position.event)) older++;
		found.push(...events.flatMap((event) => (isRecord(event) ? redactionIn(event) : [])));
		if (end === undefined || events.length === 0) break;
		from = end;
	}
	return oldestFirst(room, found);
}

/** The redaction that an event is, or by which it was redacted. */
function redactionIn(event: Readonly<Record<string, unknown>>): readonly unknown[] {
	if (event.type === "m.room.redaction") return [event];
	const because = isRecord(event.unsigned) ? event.unsigned.redacted_because : undefined;
	return isRecord(because) ? [{ ...because, redacts: event.event_id }] : [];
}

/** Some homeservers leave out the room id, since the request names the room. */
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
