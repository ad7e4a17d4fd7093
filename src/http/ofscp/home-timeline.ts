import { type ReadablePlace, readableById } from "#core/access/readable-place.ts";
import type { CoreContext } from "#core/events/context.ts";
import { type ChannelId, eventId, parseEventId, parseId } from "#core/ids.ts";
import { type HomeCursor, homeTimeline } from "#core/messages/home-timeline.ts";
import { json, ok } from "../base/answers.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { listOf, notACursor, pageOf, pageQuery, readCursor, writeCursor } from "./paging.ts";
import { presentMessage, wireMessage } from "./present-message.ts";

const reading = operation("getHomeTimeline", "List the messages of the timelines that you follow", {
	query: pageQuery,
	answers: { 200: json(listOf(wireMessage)) },
});

export const homeTimelineRoutes = ({ context }: Services) => [
	route("GET", "/api/me/timeline", "member", "read", reading, (call) => timeline(context, call)),
];

async function timeline(
	context: CoreContext,
	{ account, query }: CallOf<typeof reading>,
): Promise<AnswerOf<typeof reading>> {
	const { cursor, limit } = query;
	const before = cursor === undefined ? {} : { before: homeCursor(cursor) };
	const rows = await homeTimeline(context, account, { limit: limit + 1, ...before });
	const places = new Map<ChannelId, ReadablePlace>();
	const items = [];
	for (const row of rows.slice(0, limit)) {
		const place = places.get(row.channel) ?? (await readableById(context, row.channel, account));
		if (place === undefined) continue;
		places.set(row.channel, place);
		items.push(await presentMessage(context, place, row, account));
	}
	return ok(pageOf(rows, limit, (row) => writeCursor([row.at, eventId(row.channel, row.seq)]), items));
}

/** A position in the home timeline: the time, and the message's event. @throws {InvalidRequest} */
function homeCursor(cursor: string): HomeCursor {
	const [at, id] = readCursor(cursor);
	const event = parseEventId(id);
	const channel = event && parseId("chn", event.stream);
	if (event === undefined || channel === undefined) throw notACursor();
	return { at, channel, seq: event.seq };
}
