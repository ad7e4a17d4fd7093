import { createHash } from "node:crypto";
import { z } from "zod";
import { assertTakesPart } from "#core/access/permissions.ts";
import { type ReadablePlace, readableChannel } from "#core/access/readable-place.ts";
import { addressById } from "#core/accounts/find-account.ts";
import { InvalidRequest } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { Idempotency } from "#core/events/idempotency.ts";
import { type Place } from "#core/groups/place.ts";
import { readableMessage } from "#core/messages/list-messages.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import { type Reaction } from "#core/model/reaction.ts";
import { type NewReaction, react, unreact } from "#core/reactions/react.ts";
import { reactionId, reactions } from "#core/reactions/reaction.ts";
import { created, empty, json, noContent, ok, replayedHeader, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { apiMessagePath } from "../base/urls.ts";
import { address, messageId } from "./ids.ts";
import { type ReactionLook, reactionLook } from "./message-schemas.ts";
import { checkMetadata } from "./metadata.ts";
import { listOf, pageOf, pageQuery, readCursor, writeCursor } from "./paging.ts";
import { metadata } from "./present-message.ts";

const reactionsPath = "/api/groups/:g/channels/:c/messages/:m/reactions";

/** A reaction (OFSCP §5.3), with its description in both spellings. */
export const wireReaction = z
	.strictObject({
		id: z.string(),
		type: z.literal("reaction"),
		author: address,
		definition: z.string(),
		key: z.string(),
		unicode: z.string().optional(),
		image: z.string().optional(),
		description: z.string().optional(),
		desctription: z.string().optional(),
		reference: messageId,
		createdAt: time,
		metadata: z.array(metadata),
	})
	.meta({ id: "Reaction", description: "A person's reaction to a message." });

const reacting = operation("putReaction", "React to a message", {
	body: reactionLook,
	answers: { 201: json(wireReaction, "Location", "Idempotency-Replayed?"), 200: json(wireReaction) },
	errors: ["not_joined", "permission_denied", "already_deleted", "too_many_reactions", "idempotency_key_reused"],
});
const withdrawing = operation("deleteReaction", "Withdraw a reaction", { answers: { 204: empty() } });
const listing = operation("listReactions", "List the reactions to a message", {
	query: pageQuery,
	answers: { 200: json(listOf(wireReaction)) },
});

export const reactionRoutes = ({ context }: Services) => [
	route("PUT", `${reactionsPath}/:key`, "participant", "post", reacting, (call) => put(context, call)),
	route("DELETE", `${reactionsPath}/:key`, "participant", "post", withdrawing, (call) => remove(context, call)),
	route("GET", reactionsPath, "reader", "read", listing, (call) => list(context, call)),
];

async function messageOf(
	context: CoreContext,
	{ params, reader }: Call,
): Promise<{ place: ReadablePlace; message: Message }> {
	const place = await readableChannel(context, params.g as string, params.c as string, reader);
	return { place, message: await readableMessage(context, place, params.m as string) };
}

/**
 * Reads a requested reaction: its key and how to display it. A key without more is displayed as it is.
 *
 * @throws {InvalidRequest}
 */
export function wishOf(
	key: string | undefined,
	{ unicode, image, description, desctription, metadata }: ReactionLook,
	keyIsUnicode = false,
): NewReaction {
	const shown = unicode ?? (keyIsUnicode && image === undefined ? key : undefined);
	if (key === undefined || (shown === undefined && image === undefined))
		throw new InvalidRequest([{ field: "/unicode", expected: "a Unicode text or an image" }]);
	if ([...key].length > 100 || !key.isWellFormed() || /\p{Cc}/u.test(key))
		throw new InvalidRequest([{ field: "key", expected: "at most 100 characters without control characters" }]);
	const words = description ?? desctription;
	return {
		key,
		...(shown === undefined ? {} : { unicode: shown }),
		...(image === undefined ? {} : { image }),
		...(words === undefined ? {} : { description: words }),
		...(metadata === undefined || metadata.length === 0 ? {} : { metadata }),
	};
}

/** 201 for a new reaction, 200 if it existed (OFSCP §5.3, R7 §7.1). */
export async function addReaction(
	context: CoreContext,
	account: Account,
	place: Place,
	message: Message,
	wish: NewReaction,
	once: Idempotency,
): Promise<AnswerOf<typeof reacting>> {
	checkMetadata(context.origin, wish.metadata ?? []);
	const { changed, replayed } = await react(context, account, place, message, wish, undefined, once);
	const stored = await context.store.get(reactions, reactionId(message.id, account.id, wish.key));
	if (stored === undefined) throw new Error(`A reaction to ${message.id} was added but can't be read`);
	const shown = await present(context, stored.doc);
	const location = `${apiMessagePath(place, message.id)}/reactions/${encodeURIComponent(wish.key)}`;
	return changed || replayed ? created(location, shown, replayedHeader(replayed)) : ok(shown);
}

async function put(context: CoreContext, call: CallOf<typeof reacting>): Promise<AnswerOf<typeof reacting>> {
	const { place, message } = await messageOf(context, call);
	await assertTakesPart(context, place, call.account);
	return addReaction(context, call.account, place, message, wishOf(call.params.key, call.body, true), call.once);
}

async function remove(context: CoreContext, call: Call): Promise<AnswerOf<typeof withdrawing>> {
	const { message } = await messageOf(context, call);
	await unreact(context, call.account, message, call.params.key as string);
	return noContent;
}

async function list(context: CoreContext, call: CallOf<typeof listing>): Promise<AnswerOf<typeof listing>> {
	const { message } = await messageOf(context, call);
	const { cursor, limit } = call.query;
	const after = cursor === undefined ? undefined : readCursor(cursor);
	const rows = await context.store.page(reactions, {
		index: "message",
		prefix: [message.id],
		...(after === undefined ? {} : { after: [message.id, ...after] }),
		order: "asc",
		limit: limit + 1,
	});
	const items = await Promise.all(rows.slice(0, limit).map(({ doc }) => present(context, doc)));
	return ok(pageOf(rows, limit, ({ id, doc }) => writeCursor([doc.at, id]), items));
}

async function present(
	context: CoreContext,
	{ message, author, key, unicode, image, description, metadata: attached = [], at }: Reaction,
): Promise<Wire<typeof wireReaction>> {
	return {
		id: `rct_${createHash("sha256")
			.update(reactionId(message, author, key))
			.digest("hex")
			.slice(0, 26)}`,
		type: "reaction",
		author: await addressById(context, author),
		definition: key,
		key,
		...(unicode === undefined ? {} : { unicode }),
		...(image === undefined ? {} : { image }),
		...(description === undefined ? {} : { description, desctription: description }),
		reference: message,
		createdAt: timeOf(at),
		metadata: attached,
	};
}
