import { z } from "zod";
import { isOpen, type PlaceWithCircle } from "#core/access/circle.ts";
import { accounts } from "#core/accounts/account.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { MessageId } from "#core/ids.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import {
	type Message,
	type Metadata,
	messageTypes,
	mimeTypes,
	type ReactionSum,
	shownAt,
} from "#core/model/message.ts";
import { reactions } from "#core/reactions/reaction.ts";
import type { Wire } from "../base/answers.ts";
import { time, timeOf } from "../base/time.ts";
import { messageUrl } from "../base/urls.ts";
import { address, channelId, groupId, messageId } from "./ids.ts";
import { metaUri } from "./metadata.ts";

type Site = Pick<CoreContext, "store" | "origin" | "domain">;

const content = z
	.strictObject({
		text: z.string(),
		mime: z.enum(mimeTypes),
		title: z.string().optional(),
		summary: z.string().optional(),
	})
	.meta({ id: "Content", description: "The text of a message; only articles have a title and summary." });

export const metadata = z
	.strictObject({ schema: z.string(), version: z.string(), data: z.unknown() })
	.meta({ id: "Metadata", description: "Structured data about a message (OFSCP §5.4)." });

const attachment = z
	.strictObject({
		id: z.string(),
		mime: z.string(),
		url: z.string(),
		size: z.int().min(0),
		description: z.string().optional(),
	})
	.meta({ id: "Attachment", description: "A file on another server that a message links to (OFSCP §5.3)." });

/** The seed's `definition` is called `key` in later revisions. */
const reactionSum = z
	.strictObject({
		definition: z.string(),
		key: z.string(),
		unicode: z.string().optional(),
		image: z.string().optional(),
		description: z.string().optional(),
		count: z.int().min(0),
		me: z.boolean().meta({ description: "True if the caller also reacted with this key." }),
	})
	.meta({ id: "ReactionSum", description: "The reactions to a message that share a key." });

/** A message of OFSCP §5.3 with the details in wire.md. Members without a value are absent, never null. */
export const wireMessage = z
	.strictObject({
		id: messageId,
		groupId,
		channelId,
		author: address,
		type: z.enum(messageTypes),
		content,
		attachments: z.array(attachment),
		reference: z.strictObject({ type: z.literal("reply"), id: messageId }).optional(),
		tags: z.array(z.string()),
		createdAt: time,
		editedAt: time.optional(),
		deletedAt: time.optional(),
		permissions: z.strictObject({ editUntil: time }),
		metadata: z.array(metadata),
		reactions: z.array(reactionSum),
		replyCount: z.int().min(0),
		url: z.string().optional().meta({ description: "Its page, when its channel is open." }),
		clientMessageId: z.string().optional().meta({ description: "The author's own id, which only the author sees." }),
	})
	.meta({
		id: "Message",
		description:
			"A message, memo or article (OFSCP §5.3). With `deletedAt` it is a tombstone: its author and text are empty.",
	});
export type WireMessage = Wire<typeof wireMessage>;

/** Presents a message to `viewer`, on whom `me` in the reactions and `clientMessageId` depend. */
export async function presentMessage(
	context: Site,
	place: PlaceWithCircle,
	message: Message,
	viewer: Account | undefined,
): Promise<WireMessage> {
	const author = (await context.store.get(accounts, message.author))?.doc;
	const mine =
		viewer === undefined || message.reactions.length === 0
			? new Set<string>()
			: await reactionsOf(context, viewer, message.id);
	return writeMessage(context, place, message, author, { reacted: mine, isAuthor: viewer?.id === message.author });
}

/** The keys of an account's reactions to a message. */
async function reactionsOf(context: Site, viewer: Account, message: MessageId): Promise<ReadonlySet<string>> {
	const page = await context.store.page(reactions, {
		index: "author",
		prefix: [viewer.id, message],
		order: "asc",
		limit: 200,
	});
	return new Set(page.map(({ doc }) => doc.key));
}

/** Presents a message from data that has already been read. */
export function writeMessage(
	site: Pick<CoreContext, "origin" | "domain">,
	{ group, channel, circle }: PlaceWithCircle,
	message: Message,
	author: Account | undefined,
	{ reacted, isAuthor }: { readonly reacted: ReadonlySet<string>; readonly isAuthor: boolean },
): WireMessage {
	const isDeleted = message.deletedAt !== undefined;
	return {
		id: message.id,
		groupId: group.id,
		channelId: channel.id,
		author: isDeleted || author === undefined ? "" : addressOf(author),
		type: message.type,
		content: { ...message.content },
		attachments: message.attachments ?? [],
		...(message.reply === undefined ? {} : { reference: { type: "reply", id: message.reply.to } }),
		tags: message.tags,
		createdAt: timeOf(shownAt(message)),
		...(message.editedAt === undefined ? {} : { editedAt: timeOf(message.editedAt) }),
		...(message.deletedAt === undefined ? {} : { deletedAt: timeOf(message.deletedAt) }),
		permissions: { editUntil: timeOf(message.editUntil) },
		metadata: isDeleted ? [] : metadataOf(site.origin, message),
		reactions: message.reactions.map((sum) => writeSum(sum, reacted.has(sum.key))),
		replyCount: message.replies,
		...(isOpen(circle) && author !== undefined ? { url: messageUrl(site, author, message) } : {}),
		...(isAuthor && message.clientMessageId !== undefined ? { clientMessageId: message.clientMessageId } : {}),
	};
}

const writeSum = ({ key, count, ...shown }: ReactionSum, me: boolean): Wire<typeof reactionSum> => ({
	definition: key,
	key,
	...shown,
	count,
	me,
});

function metadataOf(origin: string, { metadata, warning, origin: from, replyToUnknown }: Message): readonly Metadata[] {
	const list = [...metadata];
	if (warning !== undefined)
		list.push({ schema: metaUri(origin, "content-warning"), version: "1.0", data: { text: warning } });
	if (from !== undefined) {
		const data = {
			network: from.bridge,
			id: from.id,
			...(from.url === undefined ? {} : { url: from.url }),
			...(replyToUnknown === undefined ? {} : { inReplyTo: replyToUnknown }),
		};
		list.push({ schema: metaUri(origin, "origin"), version: "1.0", data });
	}
	return list;
}
