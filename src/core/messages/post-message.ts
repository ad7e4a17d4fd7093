import { sentTo } from "../access/circle.ts";
import { assertMay } from "../access/permissions.ts";
import type { ReadablePlace } from "../access/readable-place.ts";
import { findAccount } from "../accounts/find-account.ts";
import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import { Conflict, NotFound, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { eventOfRequest, type Idempotency, requestKeyOf } from "../events/idempotency.ts";
import type { Place } from "../groups/place.ts";
import { type AccountId, type MessageId, mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { addressOf } from "../model/account.ts";
import { type Content, type Message, type MessageType } from "../model/message.ts";
import { remoteKey } from "../remote-key.ts";
import { checkContent } from "./check-content.ts";
import { mentionsIn } from "./mentions.ts";
import { messages } from "./message.ts";

/** The fields of a new message. */
export interface NewMessage {
	readonly type: MessageType;
	readonly content: Content;
	readonly replyTo?: MessageId;
	readonly tags?: readonly string[];
	readonly metadata?: Message["metadata"];
	readonly attachments?: Message["attachments"];
	readonly warning?: string;
	/** People whom the text mentions by addresses that had to be looked up. */
	readonly lookedUp?: readonly AccountId[];
	readonly clientMessageId?: string;
	/** Milliseconds since 1970; it can only shorten the provider's own limit. */
	readonly editUntil?: number;
}

/**
 * Posts a message of a local account (OFSCP §6.1). Resolves when it is durable and in its channel.
 *
 * @throws {InvalidRequest} the content is not valid
 * @throws {NotFound} the parent is not in this channel
 * @throws {PermissionDenied} `permission_denied`, `type_not_allowed`
 * @throws {Conflict} `idempotency_key_reused`, `duplicate_client_message_id`
 */
export async function postMessage(
	context: CoreContext,
	author: Account,
	place: ReadablePlace,
	fields: NewMessage,
	idempotency: Idempotency,
): Promise<{ message: Message; replayed: boolean }> {
	checkContent(context, fields.type, fields.content);
	const { channel, group } = place;
	const parent = fields.replyTo === undefined ? undefined : await parentOf(context, place, fields.replyTo);
	await assertMay(context, parent === undefined ? "post" : "reply", place, author);
	if (!channel.allowedTypes.includes(fields.type))
		throw new PermissionDenied(`This channel does not allow messages of the type ${fields.type}`, "type_not_allowed");

	const now = context.clock.now();
	const id = mintId("msg", now);
	const { clientMessageId } = fields;
	const appended = await context.log.append(
		{
			stream: channel.id,
			type: "message.posted",
			actor: author.id,
			...requestKeyOf(idempotency),
			...(clientMessageId === undefined ? {} : { natural: clientKey(author.id, place, clientMessageId) }),
			body: {
				message: {
					id,
					group: group.id,
					channel: channel.id,
					author: author.id,
					...(channel.kind === "room" ? { inRoom: true as const } : {}),
					type: fields.type,
					content: fields.content,
					...(parent === undefined ? {} : { reply: { to: parent.id, author: parent.author } }),
					mentions: await mentionedAccounts(context, fields.content.text, fields.lookedUp),
					tags: fields.tags ?? [],
					metadata: fields.metadata ?? [],
					...(fields.attachments === undefined ? {} : { attachments: fields.attachments }),
					...(fields.warning === undefined ? {} : { warning: fields.warning }),
					...(clientMessageId === undefined ? {} : { clientMessageId }),
					sentTo: sentTo(place.circle, channel),
					editUntil: Math.min(fields.editUntil ?? Number.MAX_SAFE_INTEGER, now + context.policy.editWindowMs),
				},
				...(idempotency.fingerprint === undefined ? {} : { fingerprint: idempotency.fingerprint }),
			},
		},
		{ premises: [stillThere(author)] },
	);
	if (appended.outcome === "moved") await assertStillThere(context, author);
	// A repeated request collides with its own message on the client's id before it collides on the request.
	const isRepeated = appended.outcome === "duplicate" && appended.event.request === idempotency.request;
	if (appended.outcome === "duplicate" && appended.by === "natural" && !isRepeated) {
		const existing = (appended.event.body as { message: { id: MessageId } }).message.id;
		throw new Conflict("duplicate_client_message_id", "A message with this clientMessageId exists", {
			existing: { id: existing, author: addressOf(author) },
		});
	}
	const { event, replayed } = eventOfRequest(appended, idempotency, "message.posted");
	const stored = await context.store.get(messages, event.body.message.id);
	if (stored === undefined) throw new Error(`The message of ${event.id} can't be read`);
	return { message: stored.doc, replayed };
}

/** The natural key of a client's message id, which may be any text. */
const clientKey = (author: AccountId, { channel }: Place, id: string): string =>
	remoteKey(`client:${author}:${channel.id}`, id);

/** The parent of a reply, which must be in the same channel and may be deleted. @throws {NotFound} */
async function parentOf(context: CoreContext, place: Place, id: MessageId): Promise<Message> {
	const parent = (await context.store.get(messages, id))?.doc;
	if (parent === undefined || parent.channel !== place.channel.id) throw new NotFound();
	return parent;
}

/**
 * The accounts that a text mentions as `@handle` or `@handle@domain`, as far as they are known here.
 *
 * @param lookedUp those whose address in the text is not the one that they have here
 */
export async function mentionedAccounts(
	context: CoreContext,
	text: string,
	lookedUp: readonly AccountId[] = [],
): Promise<readonly AccountId[]> {
	const found: AccountId[] = [];
	for (const address of mentionsIn(text)) {
		const account = await findAccount(context, address);
		if (account !== undefined && account.deletedAt === undefined && !found.includes(account.id)) found.push(account.id);
	}
	return [...new Set([...found, ...lookedUp])];
}
