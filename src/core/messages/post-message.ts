import { sentTo } from "../access/circle.ts";
import { assertMay } from "../access/permissions.ts";
import { type ReadablePlace, readableById } from "../access/readable-place.ts";
import { premisesOfReading } from "../access/standing-to-read.ts";
import { findAccount } from "../accounts/find-account.ts";
import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import { Conflict, NotFound, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { eventOfRequest, type Idempotency, requestKeyOf } from "../events/idempotency.ts";
import type { AppendedOf } from "../events/log.ts";
import type { Premise } from "../events/premise.ts";
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
	const { channel } = place;
	const parent = fields.replyTo === undefined ? undefined : await parentOf(context, place, fields.replyTo);
	const may = (now: ReadablePlace) => assertMay(context, parent === undefined ? "post" : "reply", now, author);
	await may(place);
	if (!channel.allowedTypes.includes(fields.type))
		throw new PermissionDenied(`This channel does not allow messages of the type ${fields.type}`, "type_not_allowed");

	const { clientMessageId } = fields;
	const appended = await appendWhile(context, author, place, may, async (now, premises) => {
		const at = context.clock.now();
		return context.log.append(
			{
				stream: channel.id,
				type: "message.posted",
				actor: author.id,
				...requestKeyOf(idempotency),
				...(clientMessageId === undefined ? {} : { natural: clientKey(author.id, place, clientMessageId) }),
				body: {
					message: {
						id: mintId("msg", at),
						group: channel.group,
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
						sentTo: sentTo(now.circle, channel),
						editUntil: Math.min(fields.editUntil ?? Number.MAX_SAFE_INTEGER, at + context.policy.editWindowMs),
					},
					...(idempotency.fingerprint === undefined ? {} : { fingerprint: idempotency.fingerprint }),
				},
			},
			{ premises },
		);
	});
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

/**
 * Appends what an account says in a place while it may: if what that depends on has changed meanwhile, it is asked again.
 *
 * @throws {NotFound} the account can't read the place any more
 * @throws {Unauthenticated} it was deleted
 */
async function appendWhile(
	context: CoreContext,
	author: Account,
	place: ReadablePlace,
	may: (now: ReadablePlace) => Promise<readonly Premise[]>,
	append: (now: ReadablePlace, premises: readonly Premise[]) => Promise<AppendedOf<"message.posted">>,
): Promise<AppendedOf<"message.posted">> {
	for (let now = place; ; ) {
		const standing = [...(await may(now)), ...(await premisesOfReading(context, now.circle, author))];
		const appended = await append(now, [stillThere(author), ...standing]);
		if (appended.outcome !== "moved") return appended;
		await assertStillThere(context, author);
		const again = await readableById(context, place.channel.id, author);
		if (again === undefined) throw new NotFound();
		now = again;
	}
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
