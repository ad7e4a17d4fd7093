import type { ReadablePlace } from "#core/access/readable-place.ts";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { listMessages, listReplies, readableMessage } from "#core/messages/list-messages.ts";
import type { Account } from "#core/model/account.ts";
import { hashtagOf } from "#core/model/hashtag.ts";
import type { Message, MessageType } from "#core/model/message.ts";
import { json, ok } from "../base/answers.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { listQuery } from "./message-schemas.ts";
import { messagesPath } from "./messages.ts";
import { listOf, notACursor, type Page, pageOf, pageQuery } from "./paging.ts";
import { messageOfCall, placeOfCall } from "./place-of-call.ts";
import { presentMessage, type WireMessage, wireMessage } from "./present-message.ts";

const listing = operation("listMessages", "List the messages of a channel", {
	query: listQuery,
	answers: { 200: json(listOf(wireMessage)) },
});
const listingReplies = operation("listReplies", "List the replies to a message", {
	query: pageQuery,
	answers: { 200: json(listOf(wireMessage)) },
});

export const messageListRoutes = ({ context }: Services) => [
	route("GET", messagesPath, "reader", "read", listing, (call) => list(context, call)),
	route("GET", `${messagesPath}/:m/replies`, "reader", "read", listingReplies, (call) => replies(context, call)),
];

/** How many messages are looked through for a tag or type before the page ends with what there is. */
const maxScanned = 2000;

async function list(context: CoreContext, call: CallOf<typeof listing>): Promise<AnswerOf<typeof listing>> {
	const { cursor, direction, limit, tag, type } = call.query;
	const place = await placeOfCall(context, call);
	const from = cursor === undefined ? undefined : await cursorIn(context, place, cursor);
	const isWanted = filterOf(tag, type);
	const rows: Message[] = [];
	let after: Message | undefined = from;
	let scanned = 0;
	let end = false;
	while (!end && rows.length <= limit && scanned < maxScanned) {
		const chunk = await listMessages(context, place, {
			direction,
			limit: limit + 1,
			...(after === undefined ? {} : { after }),
		});
		rows.push(...chunk.filter(isWanted));
		scanned += chunk.length;
		after = chunk.at(-1);
		end = chunk.length <= limit;
		if (!end && rows.length <= limit && scanned >= maxScanned)
			return ok(paged(await presentAll(context, place, rows, call.reader), after, from));
	}
	const items = await presentAll(context, place, rows.slice(0, limit), call.reader);
	return ok(paged(items, rows.length > limit ? rows[limit - 1] : undefined, from));
}

/** `prevCursor` goes the other way: with the opposite direction it leads back to what lies before this page. */
function paged(
	items: readonly WireMessage[],
	next: Message | undefined,
	from: Message | undefined,
): { readonly items: readonly WireMessage[]; readonly page: Page } {
	const first = items[0]?.id ?? from?.id;
	return {
		items,
		page: {
			...(next === undefined ? {} : { nextCursor: next.id }),
			...(from === undefined || first === undefined ? {} : { prevCursor: first }),
		},
	};
}

function filterOf(tag: string | undefined, type: MessageType | undefined): (message: Message) => boolean {
	const wanted = tag === undefined ? undefined : hashtagOf(tag).toLowerCase();
	return (message) =>
		(type === undefined || message.type === type) &&
		(wanted === undefined || message.tags.some((own) => hashtagOf(own).toLowerCase() === wanted));
}

/** A cursor is the id of a message of this channel, deleted or not. @throws {InvalidRequest} */
async function cursorIn(context: CoreContext, place: ReadablePlace, cursor: string): Promise<Message> {
	try {
		return await readableMessage(context, place, cursor);
	} catch (error) {
		if (error instanceof NotFound) throw notACursor();
		throw error;
	}
}

const presentAll = (
	context: CoreContext,
	place: ReadablePlace,
	rows: readonly Message[],
	reader: Account | undefined,
): Promise<WireMessage[]> => Promise.all(rows.map((row) => presentMessage(context, place, row, reader)));

async function replies(
	context: CoreContext,
	call: CallOf<typeof listingReplies>,
): Promise<AnswerOf<typeof listingReplies>> {
	const { place, message } = await messageOfCall(context, call);
	const { cursor, limit } = call.query;
	const after = cursor === undefined ? undefined : await cursorIn(context, place, cursor);
	if (after !== undefined && after.reply?.to !== message.id)
		throw new InvalidRequest([{ field: "cursor", expected: "a cursor of this list" }]);
	const rows = await listReplies(context, place, message.id, {
		limit: limit + 1,
		...(after === undefined ? {} : { after }),
	});
	return ok(pageOf(rows, limit, (row) => row.id, await presentAll(context, place, rows.slice(0, limit), call.reader)));
}
