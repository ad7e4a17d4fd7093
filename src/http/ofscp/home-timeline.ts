import type { CoreContext } from "#core/events/context.ts";
import { eventId, parseEventId, parseId } from "#core/ids.ts";
import { type HomeCursor, type HomeEntry, homeTimeline } from "#core/messages/home-timeline.ts";
import { json, ok } from "../base/answers.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { listOf, notACursor, pageOf, pageQuery, readCursor, writeCursor } from "./paging.ts";
import { presentMessage, wireMessage } from "./present-message.ts";

const reading = operation("getHomeTimeline", "List what the people and channels that you follow have posted", {
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
	const items = [];
	for (const { message, place } of rows.slice(0, limit))
		items.push(await presentMessage(context, place, message, account));
	const cursorOf = ({ message: { at, channel, seq } }: HomeEntry) => writeCursor([at, eventId(channel, seq)]);
	return ok(pageOf(rows, limit, cursorOf, items));
}

/** A position in the home timeline: the time, and the message's event. @throws {InvalidRequest} */
function homeCursor(cursor: string): HomeCursor {
	const [at, id] = readCursor(cursor);
	const event = parseEventId(id);
	const channel = event && parseId("chn", event.stream);
	if (event === undefined || channel === undefined) throw notACursor();
	return { at, channel, seq: event.seq };
}
