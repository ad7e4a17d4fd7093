import { z } from "zod";
import { assertTakesPart } from "#core/access/permissions.ts";
import { type ReadablePlace, readableChannel } from "#core/access/readable-place.ts";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { parseId } from "#core/ids.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import { listMessages, listReplies, messageWithPlace, readableMessage } from "#core/messages/list-messages.ts";
import { postMessage } from "#core/messages/post-message.ts";
import type { Account } from "#core/model/account.ts";
import type { Message, MessageType } from "#core/model/message.ts";
import { withoutUndefined } from "../base/absent.ts";
import { created, empty, json, noContent, ok, replayedHeader } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { apiMessagePath } from "../base/urls.ts";
import { listQuery, messagePatch, type NewMessageBody, newMessage } from "./message-schemas.ts";
import { takeMetadata } from "./metadata.ts";
import { listOf, notACursor, type Page, pageOf, pageQuery } from "./paging.ts";
import { presentMessage, type WireMessage, wireMessage } from "./present-message.ts";
import { addReaction, wireReaction, wishOf } from "./reactions.ts";

const messagesPath = "/api/groups/:g/channels/:c/messages";

const posting = operation("postMessage", "Post a message or a reaction", {
	body: newMessage,
	answers: {
		201: json(z.union([wireMessage, wireReaction]), "Location", "Idempotency-Replayed?"),
		200: json(wireReaction),
	},
	errors: [
		"not_joined",
		"permission_denied",
		"type_not_allowed",
		"idempotency_key_reused",
		"duplicate_client_message_id",
		"already_deleted",
		"too_many_reactions",
	],
});
const listing = operation("listMessages", "List the messages of a channel", {
	query: listQuery,
	answers: { 200: json(listOf(wireMessage)) },
});
const showing = operation("getMessage", "Get a message", { answers: { 200: json(wireMessage) } });
const editing = operation("editMessage", "Edit a message", {
	body: messagePatch,
	answers: { 200: json(wireMessage) },
	errors: ["permission_denied", "edit_window_closed", "already_deleted"],
});
const deleting = operation("deleteMessage", "Delete a message", {
	answers: { 204: empty() },
	errors: ["permission_denied"],
});
const listingReplies = operation("listReplies", "List the replies to a message", {
	query: pageQuery,
	answers: { 200: json(listOf(wireMessage)) },
});

export const messageRoutes = ({ context }: Services) => [
	route("POST", messagesPath, "participant", "post", posting, (call) => post(context, call)),
	route("GET", messagesPath, "reader", "read", listing, (call) => list(context, call)),
	route("GET", `${messagesPath}/:m`, "reader", "read", showing, (call) => show(context, call)),
	route("PATCH", `${messagesPath}/:m`, "participant", "post", editing, (call) => edit(context, call)),
	route("DELETE", `${messagesPath}/:m`, "participant", "post", deleting, (call) => remove(context, call)),
	route("GET", `${messagesPath}/:m/replies`, "reader", "read", listingReplies, (call) => replies(context, call)),
];

/** The channel of a call's path. @throws {NotFound} */
export const placeOfCall = (context: CoreContext, { params, reader }: Call): Promise<ReadablePlace> =>
	readableChannel(context, params.g as string, params.c as string, reader);

export async function messageOfCall(
	context: CoreContext,
	call: Call,
): Promise<{ place: ReadablePlace; message: Message }> {
	const place = await placeOfCall(context, call);
	return { place, message: await readableMessage(context, place, call.params.m as string) };
}

async function post(context: CoreContext, call: CallOf<typeof posting>): Promise<AnswerOf<typeof posting>> {
	const { account, body, once } = call;
	const place = await placeOfCall(context, call);
	await assertTakesPart(context, place, account);
	if (body.type === "reaction")
		return addReaction(
			context,
			account,
			place,
			await readableMessage(context, place, body.reference),
			wishOf(body.definition ?? body.key ?? body.unicode, body),
		);
	const { message, replayed } = await postMessage(context, account, place, fieldsOf(context, body), once);
	const shown = await presentMessage(context, place, message, account);
	return created(apiMessagePath(place, message.id), shown, replayedHeader(replayed));
}

function fieldsOf(context: CoreContext, body: Exclude<NewMessageBody, { type: "reaction" }>) {
	const { type, content, clientMessageId = body.id, permissions } = body;
	const replyTo = body.reference === undefined ? undefined : parseId("msg", body.reference);
	if (body.reference !== undefined && replyTo === undefined) throw new NotFound();
	return {
		type,
		content: withoutUndefined({ ...content, mime: content.mime ?? defaultMime(type) }),
		...takeMetadata(context.origin, body.metadata ?? []),
		...(replyTo === undefined ? {} : { replyTo }),
		...(body.tags === undefined ? {} : { tags: body.tags }),
		...(clientMessageId === undefined ? {} : { clientMessageId }),
		...(permissions?.editUntil === undefined ? {} : { editUntil: permissions.editUntil }),
	};
}

const defaultMime = (type: MessageType) => (type === "article" ? "text/markdown" : "text/plain");

/** A message is also shown to people whom it mentions, even if they may not read its channel. */
async function show(context: CoreContext, { params, reader }: Call): Promise<AnswerOf<typeof showing>> {
	const id = parseId("msg", params.m as string);
	const found = id === undefined ? undefined : await messageWithPlace(context, id, reader);
	if (found === undefined || found.place.channel.id !== params.c || found.place.group.id !== params.g)
		throw new NotFound();
	return ok(await presentMessage(context, found.place, found.message, reader));
}

async function edit(context: CoreContext, call: CallOf<typeof editing>): Promise<AnswerOf<typeof editing>> {
	const { place, message } = await messageOfCall(context, call);
	const { content, tags, metadata } = call.body;
	const taken = metadata === undefined ? {} : { warning: "", ...takeMetadata(context.origin, metadata) };
	const edited = await editMessage(context, call.account, message, {
		...withoutUndefined({ content, tags }),
		...taken,
	});
	return ok(await presentMessage(context, place, edited, call.account));
}

async function remove(context: CoreContext, call: Call): Promise<AnswerOf<typeof deleting>> {
	const { place, message } = await messageOfCall(context, call);
	await deleteMessage(context, call.account, place, message);
	return noContent;
}

/** How many messages are searched for a tag or type before the page ends with the matches so far. */
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

/** With the opposite direction, `prevCursor` leads back to the previous page. */
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
	const wanted = tag?.toLowerCase();
	return (message) =>
		(type === undefined || message.type === type) &&
		(wanted === undefined || message.tags.some((own) => own.toLowerCase() === wanted));
}

/** A cursor is the id of a message in this channel, which may have been deleted. @throws {InvalidRequest} */
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
