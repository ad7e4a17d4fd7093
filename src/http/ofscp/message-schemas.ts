import { z } from "zod";
import { messageTypes, mimeTypes } from "#core/model/message.ts";
import { ignoring } from "../base/ignored.ts";
import { attachments } from "./attachments.ts";
import { metadataList } from "./metadata.ts";
import { cursorParameter, limitParameter } from "./paging.ts";

/** An id that the client gives a message: unique per author and channel (OFSCP §6.1). */
const clientId = z.string().min(1).max(200);
const tags = z.array(z.string().min(1).max(100)).max(50);

/** A time at which the edit window closes early; seconds may be missing, as in the seed's example. */
const time = z
	.string()
	.refine((text) => !Number.isNaN(Date.parse(text)), "a time (RFC 3339)")
	.transform((text) => Date.parse(text));

const reference = z.union(
	[z.string(), z.strictObject({ id: z.string(), type: z.string().optional() }).transform(({ id }) => id)],
	"the id of a message, or {type, id}",
);

const content = z.strictObject({ text: z.string(), mime: z.enum(mimeTypes).optional() });
const articleContent = content.extend({
	title: z.string().min(1).max(300).optional(),
	summary: z.string().max(1000).optional(),
});

const messagePermissions = z.strictObject({ editUntil: time.optional() });

/** What the provider sets itself. */
const provided = ignoring(
	"groupId",
	"channelId",
	"author",
	"createdAt",
	"editedAt",
	"deletedAt",
	"reactions",
	"replyCount",
	"url",
);

const common = {
	/** Alias of `clientMessageId`. */
	id: clientId.optional(),
	clientMessageId: clientId.optional(),
	attachments: attachments.optional(),
	reference: reference.optional(),
	tags: tags.optional(),
	permissions: messagePermissions.optional(),
	metadata: metadataList,
	...provided,
};

/** How a reaction is displayed. `desctription` is the seed's spelling (OFSCP §5.3). */
const shown = {
	unicode: z.string().min(1).max(64).optional(),
	image: z
		.url({ protocol: /^https$/, error: "an https URL" })
		.max(2000)
		.optional(),
	description: z.string().max(200).optional(),
	desctription: z.string().max(200).optional(),
};
export const reactionLook = z.strictObject({
	...shown,
	metadata: metadataList,
	...ignoring("id", "type", "author", "definition", "key", "reference", "createdAt"),
});
export type ReactionLook = z.output<typeof reactionLook>;

const reactionKey = z.string().min(1).max(200);

/** Any message object of OFSCP §5.3 as clients post it. Fields that the provider sets itself (author, times) are ignored. */
const typedMessage = z.discriminatedUnion(
	"type",
	[
		z.strictObject({ type: z.literal("message"), content, ...common }),
		z.strictObject({ type: z.literal("memo"), content, ...common }),
		z.strictObject({ type: z.literal("article"), content: articleContent, ...common }),
		z.strictObject({
			type: z.literal("reaction"),
			reference,
			definition: reactionKey.optional(),
			key: reactionKey.optional(),
			...shown,
			metadata: metadataList,
			...ignoring("id", "author", "createdAt"),
		}),
	],
	{ error: `one of ${messageTypes.join(", ")}, reaction` },
);
/** The reaction of OFSCP §5.3 has no type: it is what has no content, but looks. */
const isReaction = (sent: unknown): sent is object =>
	typeof sent === "object" &&
	sent !== null &&
	!("type" in sent) &&
	!("content" in sent) &&
	["definition", "key", "unicode", "image"].some((name) => name in sent);

/** Like {@link typedMessage}, with a reaction as the draft shows it. */
export const newMessage = z.preprocess(
	(sent) => (isReaction(sent) ? { ...sent, type: "reaction" } : sent),
	typedMessage,
);
export type NewMessageBody = z.output<typeof newMessage>;

export const messagePatch = z
	.strictObject({
		content: articleContent.partial().optional(),
		tags: tags.optional(),
		metadata: metadataList,
		attachments: attachments.optional(),
		permissions: messagePermissions.optional(),
		...ignoring("id", "clientMessageId", "type", "reference"),
		...provided,
	})
	.refine(
		({ content: text, tags: labels, metadata }) => [text, labels, metadata].some((part) => part !== undefined),
		"content, tags or metadata",
	)
	.meta({ minProperties: 1 });

export const listQuery = z.object({
	cursor: cursorParameter,
	direction: z.enum(["backward", "forward"]).default("backward"),
	limit: limitParameter,
	tag: z.string().max(100).optional(),
	type: z.enum(messageTypes).optional(),
});
