import { createHash } from "node:crypto";
import { assertTakesPart } from "#core/access/permissions.ts";
import { type ReadablePlace, readableChannel } from "#core/access/readable-place.ts";
import { addressById } from "#core/accounts/find-account.ts";
import { InvalidRequest } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { type Place } from "#core/groups/place.ts";
import { readableMessage } from "#core/messages/list-messages.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import { type Reaction } from "#core/model/reaction.ts";
import { type ReactionWish, react, unreact } from "#core/reactions/react.ts";
import { reactionId, reactions } from "#core/reactions/reaction.ts";
import { type Answer, type Call, created, noContent, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";
import { apiMessagePath } from "../base/urls.ts";
import { type PageQuery, pageQuery, type ReactionLook, reactionLook } from "./message-schemas.ts";
import { pageOf, readCursor, writeCursor } from "./paging.ts";

const reactionsPath = "/api/groups/:g/channels/:c/messages/:m/reactions";

export const reactionRoutes = ({ world }: Services) => [
	route(
		"PUT",
		`${reactionsPath}/:key`,
		"participant",
		"post",
		{ body: reactionLook, answers: [201, 200], errors: ["not_joined", "already_deleted", "too_many_reactions"] },
		(call) => put(world, call),
	),
	route("DELETE", `${reactionsPath}/:key`, "participant", "post", { answers: [204] }, (call) => remove(world, call)),
	route("GET", reactionsPath, "reader", "read", { query: pageQuery }, (call) => list(world, call)),
];

async function messageOf(world: World, { params, reader }: Call): Promise<{ place: ReadablePlace; message: Message }> {
	const place = await readableChannel(world, params.g as string, params.c as string, reader);
	return { place, message: await readableMessage(world, place, params.m as string) };
}

/**
 * What somebody wants to react with: a key, and what to show for it; a key alone is shown as it is.
 *
 * @throws {InvalidRequest}
 */
export function wishOf(
	key: string | undefined,
	{ unicode, image, description, desctription }: ReactionLook,
	keyIsUnicode = false,
): ReactionWish {
	const shown = unicode ?? (keyIsUnicode && image === undefined ? key : undefined);
	if (key === undefined || (shown === undefined && image === undefined))
		throw new InvalidRequest([{ field: "/unicode", expected: "a unicode text or an image" }]);
	if ([...key].length > 100 || !key.isWellFormed() || /\p{Cc}/u.test(key))
		throw new InvalidRequest([{ field: "key", expected: "at most 100 characters without control characters" }]);
	const words = description ?? desctription;
	return {
		key,
		...(shown === undefined ? {} : { unicode: shown }),
		...(image === undefined ? {} : { image }),
		...(words === undefined ? {} : { description: words }),
	};
}

/** 201 when it is new, 200 when it was there (OFSCP §5.3, R7 §7.1). */
export async function addReaction(
	world: World,
	account: Account,
	place: Place,
	message: Message,
	wish: ReactionWish,
): Promise<Answer> {
	const { changed } = await react(world, account, place, message, wish);
	const stored = await world.store.get(reactions, reactionId(message.id, account.id, wish.key));
	if (stored === undefined) throw new Error(`A reaction to ${message.id} was added but can't be read`);
	const shown = await present(world, stored.doc);
	return changed
		? created(`${apiMessagePath(place, message.id)}/reactions/${encodeURIComponent(wish.key)}`, shown)
		: ok(shown);
}

async function put(world: World, call: Call<unknown, ReactionLook>): Promise<Answer> {
	const { place, message } = await messageOf(world, call);
	await assertTakesPart(world, place, call.account);
	return addReaction(world, call.account, place, message, wishOf(call.params.key, call.body, true));
}

async function remove(world: World, call: Call): Promise<Answer> {
	const { message } = await messageOf(world, call);
	await unreact(world, call.account, message, call.params.key as string);
	return noContent;
}

async function list(world: World, call: Call<PageQuery>): Promise<Answer> {
	const { message } = await messageOf(world, call);
	const { cursor, limit } = call.query;
	const after = cursor === undefined ? undefined : readCursor(cursor);
	const rows = await world.store.page(reactions, {
		index: "message",
		prefix: [message.id],
		...(after === undefined ? {} : { after: [message.id, ...after] }),
		order: "asc",
		limit: limit + 1,
	});
	const items = await Promise.all(rows.slice(0, limit).map(({ doc }) => present(world, doc)));
	return ok(pageOf(rows, limit, ({ id, doc }) => writeCursor([doc.at, id]), items));
}

/** A reaction (OFSCP §5.3), its description under both spellings. */
async function present(world: World, { message, author, key, unicode, image, description, at }: Reaction) {
	return {
		id: `rct_${createHash("sha256")
			.update(reactionId(message, author, key))
			.digest("hex")
			.slice(0, 26)}`,
		type: "reaction",
		author: await addressById(world, author),
		definition: key,
		key,
		...(unicode === undefined ? {} : { unicode }),
		...(image === undefined ? {} : { image }),
		...(description === undefined ? {} : { description, desctription: description }),
		reference: message,
		createdAt: timeOf(at),
		metadata: [],
	};
}
