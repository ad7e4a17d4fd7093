import { isOpen, type PlaceWithCircle } from "#core/access/circle.ts";
import { accounts } from "#core/accounts/account.ts";
import type { World } from "#core/events/world.ts";
import type { MessageId } from "#core/ids.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import type { Message, Metadata, ReactionSum } from "#core/model/message.ts";
import { reactions } from "#core/reactions/reaction.ts";
import { timeOf } from "../base/time.ts";
import { messageUrl } from "../base/urls.ts";
import { metaUri } from "./metadata.ts";

type Site = Pick<World, "store" | "origin" | "domain">;

/** A message as OFSCP §5.3 writes it, with what wire.md pins. Keys without a value are absent, never null. */
export type WireMessage = Readonly<Record<string, unknown>> & { readonly id: MessageId };

/** A message as `viewer` may see it: `me` in the reactions and the client's own id are theirs alone. */
export async function presentMessage(
	world: Site,
	place: PlaceWithCircle,
	message: Message,
	viewer: Account | undefined,
): Promise<WireMessage> {
	const author = (await world.store.get(accounts, message.author))?.doc;
	const mine =
		viewer === undefined || message.reactions.length === 0
			? new Set<string>()
			: await reactionsOf(world, viewer, message.id);
	return writeMessage(world, place, message, author, { reacted: mine, isAuthor: viewer?.id === message.author });
}

/** The keys by which somebody reacted to a message. */
async function reactionsOf(world: Site, viewer: Account, message: MessageId): Promise<ReadonlySet<string>> {
	const page = await world.store.page(reactions, {
		index: "author",
		prefix: [viewer.id, message],
		order: "asc",
		limit: 200,
	});
	return new Set(page.map(({ doc }) => doc.key));
}

/** Writes a message; everything it needs has been read. */
export function writeMessage(
	site: Pick<World, "origin" | "domain">,
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
		attachments: [],
		...(message.reply === undefined ? {} : { reference: { type: "reply", id: message.reply.to } }),
		tags: message.tags,
		createdAt: timeOf(message.at),
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

/** `definition` and `key` are the same thing in the seed and in its later revisions. */
const writeSum = ({ key, count, ...shown }: ReactionSum, me: boolean) => ({
	definition: key,
	key,
	...shown,
	count,
	me,
});

function metadataOf(origin: string, { metadata, warning, origin: from }: Message): readonly Metadata[] {
	const list = [...metadata];
	if (warning !== undefined)
		list.push({ schema: metaUri(origin, "content-warning"), version: "1.0", data: { text: warning } });
	if (from !== undefined) {
		const data = { network: from.bridge, id: from.id, ...(from.url === undefined ? {} : { url: from.url }) };
		list.push({ schema: metaUri(origin, "origin"), version: "1.0", data });
	}
	return list;
}
