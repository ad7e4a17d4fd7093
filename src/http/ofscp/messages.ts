import { z } from "zod";
import { assertNotArchived, assertTakesPart } from "#core/access/permissions.ts";
import { createFindMentioned, type FindMentioned } from "#core/bridging/mentioned-people.ts";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { parseId } from "#core/ids.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import { messageWithPlace, readableMessage } from "#core/messages/list-messages.ts";
import { postMessage } from "#core/messages/post-message.ts";
import type { MessageType } from "#core/model/message.ts";
import { withoutUndefined } from "../base/absent.ts";
import { created, empty, json, noContent, ok, replayedHeader } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { apiMessagePath } from "../base/urls.ts";
import { assertSameAttachments, attachmentsOf } from "./attachments.ts";
import { messagePatch, type NewMessageBody, newMessage } from "./message-schemas.ts";
import { takeMetadata } from "./metadata.ts";
import { messageOfCall, placeOfCall } from "./place-of-call.ts";
import { presentMessage, wireMessage } from "./present-message.ts";
import { addReaction, wireReaction, wishOf } from "./reactions.ts";

export const messagesPath = "/api/groups/:g/channels/:c/messages";

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
const showing = operation("getMessage", "Get a message", { answers: { 200: json(wireMessage) } });
const editing = operation("editMessage", "Edit a message", {
	body: messagePatch,
	answers: { 200: json(wireMessage) },
	errors: ["permission_denied", "group_archived", "edit_window_closed", "already_deleted"],
});
const deleting = operation("deleteMessage", "Delete a message", {
	answers: { 204: empty() },
	errors: ["permission_denied"],
});
export const messageRoutes = ({ context, bridges, shadows }: Services) => {
	const findMentioned = createFindMentioned(context, { bridges: () => bridges, shadows });
	return [
		route("POST", messagesPath, "participant", "post", posting, (call) => post(context, findMentioned, call)),
		route("GET", `${messagesPath}/:m`, "reader", "read", showing, (call) => show(context, call)),
		route("PATCH", `${messagesPath}/:m`, "participant", "post", editing, (call) => edit(context, findMentioned, call)),
		route("DELETE", `${messagesPath}/:m`, "participant", "post", deleting, (call) => remove(context, call)),
	];
};

async function post(
	context: CoreContext,
	findMentioned: FindMentioned,
	call: CallOf<typeof posting>,
): Promise<AnswerOf<typeof posting>> {
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
			once,
		);
	const fields = fieldsOf(context, body);
	const lookedUp = await findMentioned(
		account,
		place,
		fields.content.text,
		fields.replyTo === undefined ? "post" : "reply",
	);
	const { message, replayed } = await postMessage(context, account, place, { ...fields, lookedUp }, once);
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
		...withoutUndefined({ attachments: attachmentsOf(context, body.attachments) }),
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

async function edit(
	context: CoreContext,
	findMentioned: FindMentioned,
	call: CallOf<typeof editing>,
): Promise<AnswerOf<typeof editing>> {
	const { place, message } = await messageOfCall(context, call);
	assertNotArchived(place.group);
	const { content, tags, metadata, permissions, attachments } = call.body;
	assertSameAttachments(attachments, message.attachments);
	if (permissions?.editUntil !== undefined && permissions.editUntil !== message.editUntil)
		throw new InvalidRequest([{ field: "/permissions/editUntil", expected: "no other time than the message has" }]);
	const taken = metadata === undefined ? {} : { warning: "", ...takeMetadata(context.origin, metadata) };
	const isAuthor = message.author === call.account.id;
	const lookedUp =
		isAuthor && content?.text !== undefined ? await findMentioned(call.account, place, content.text, "reply") : [];
	const edited = await editMessage(context, call.account, message, {
		lookedUp,
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
