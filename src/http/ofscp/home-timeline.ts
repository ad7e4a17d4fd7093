import { type ReadablePlace, readableById } from "#core/access/readable-place.ts";
import type { World } from "#core/events/world.ts";
import { type ChannelId, eventId, parseEventId, parseId } from "#core/ids.ts";
import { type HomeCursor, homeTimeline } from "#core/messages/home-timeline.ts";
import { type Answer, type Call, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { type PageQuery, pageQuery } from "./message-schemas.ts";
import { notACursor, pageOf, readCursor, writeCursor } from "./paging.ts";
import { presentMessage } from "./present-message.ts";

export const homeTimelineRoutes = ({ world }: Services) => [
	route("GET", "/api/me/timeline", "member", "read", { query: pageQuery }, (call) => timeline(world, call)),
];

async function timeline(world: World, { account, query }: Call<PageQuery>): Promise<Answer> {
	const { cursor, limit } = query;
	const before = cursor === undefined ? {} : { before: homeCursor(cursor) };
	const rows = await homeTimeline(world, account, { limit: limit + 1, ...before });
	const places = new Map<ChannelId, ReadablePlace>();
	const items = [];
	for (const row of rows.slice(0, limit)) {
		const place = places.get(row.channel) ?? (await readableById(world, row.channel, account));
		if (place === undefined) continue;
		places.set(row.channel, place);
		items.push(await presentMessage(world, place, row, account));
	}
	return ok(pageOf(rows, limit, (row) => writeCursor([row.at, eventId(row.channel, row.seq)]), items));
}

/** A place in the home timeline: the time, and the event that is the message. @throws {InvalidRequest} */
function homeCursor(cursor: string): HomeCursor {
	const [at, id] = readCursor(cursor);
	const event = parseEventId(id);
	const channel = event && parseId("chn", event.stream);
	if (event === undefined || channel === undefined) throw notACursor();
	return { at, channel, seq: event.seq };
}
