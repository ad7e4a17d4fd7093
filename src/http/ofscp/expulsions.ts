import { z } from "zod";
import { expulsionOf, expulsionsOf } from "#core/accounts/expulsion.ts";
import { addressById } from "#core/accounts/find-account.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { EventOf } from "#core/events/event.ts";
import type { LiveEvent } from "#core/feed/live-event.ts";
import type { Expulsion } from "#core/model/expulsion.ts";
import type { LogEvent } from "#core/ports/store.ts";
import { json, ok, type Wire } from "../base/answers.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { address, channelId } from "./ids.ts";
import { listOf, pageOf, pageQuery, readCursor, writeCursor } from "./paging.ts";

export const wireExpulsion = z
	.strictObject({
		id: z.string(),
		bridge: z.string(),
		room: z.string(),
		channel: channelId,
		by: address,
		kind: z.enum(["kick", "ban"]),
		reason: z.string().optional(),
		at: time,
	})
	.meta({
		id: "Expulsion",
		description:
			"The people of a linked room have removed you from it. What you say in the channel does not appear in the room until you are invited there again or the ban is lifted.",
	});

const listing = operation("listExpulsions", "List the linked rooms that you were removed from, newest first", {
	query: pageQuery,
	answers: { 200: json(listOf(wireExpulsion)) },
});

export const expulsionRoutes = ({ context }: Services) => [
	route("GET", "/api/me/expulsions", "member", "read", listing, (call) => list(context, call)),
];

async function list(
	context: CoreContext,
	{ account, query }: CallOf<typeof listing>,
): Promise<AnswerOf<typeof listing>> {
	const { cursor, limit } = query;
	const after = cursor === undefined ? {} : { after: readCursor(cursor) };
	const rows = await expulsionsOf(context, account.id, { limit: limit + 1, ...after });
	const items = await Promise.all(rows.slice(0, limit).map((row) => present(context, row)));
	return ok(pageOf(rows, limit, ({ at, id }) => writeCursor([at, id]), items));
}

async function present(
	context: Pick<CoreContext, "store" | "domain">,
	{ id, bridge, room, channel, by, kind, reason, at }: Expulsion,
): Promise<Wire<typeof wireExpulsion>> {
	const who = await addressById(context, by);
	return { id, bridge, room, channel, by: who, kind, ...(reason === undefined ? {} : { reason }), at: timeOf(at) };
}

/** Renders the event that tells a person of an expulsion. */
export const createExpulsionEvent =
	(context: Pick<CoreContext, "store" | "domain">) =>
	async (event: LogEvent): Promise<LiveEvent> => {
		const data = JSON.stringify(await present(context, expulsionOf(event as EventOf<"account.expelled">)));
		return { name: "account.expelled", dataFor: () => data };
	};
