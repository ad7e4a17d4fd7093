import { accounts } from "../accounts/account.ts";
import { accountById } from "../accounts/find-account.ts";
import type { CoreContext } from "../events/context.ts";
import { pagesOf } from "../events/pages.ts";
import type { Premise } from "../events/premise.ts";
import { channels } from "../groups/channel.ts";
import type { AccountId, MessageId } from "../ids.ts";
import { appendDeletion } from "../messages/delete-message.ts";
import { messages } from "../messages/message.ts";
import { type Account, isLocal } from "../model/account.ts";
import type { Message } from "../model/message.ts";
import { reactions } from "../reactions/reaction.ts";

type Dependencies = Pick<CoreContext, "store" | "log" | "clock">;

const pageSize = 100;
/** How many replies, ancestors and reactions of a message are looked at. One with more of them is kept. */
const mostOf = 200;

/**
 * Removes the posts of remote people that are older than `keptMs` and that no one here has touched: posts on their own timelines that
 * mention no local account, have no local reaction, and are in no conversation with a local account. Nothing is told to other servers. A
 * removed post leaves a tombstone, so that it does not come back when it is received again.
 *
 * @returns how many posts were removed
 * @throws the signal's reason when it is aborted
 */
export async function removeOldRemote(context: Dependencies, keptMs: number, signal: AbortSignal): Promise<number> {
	const before = context.clock.now() - keptMs;
	let removed = 0;
	for await (const page of pagesOf(context.store, accounts, { limit: pageSize, signal }))
		for (const { doc } of page)
			if (!isLocal(doc) && doc.deletedAt === undefined) removed += await removeOldOf(context, doc, before, signal);
	return removed;
}

async function removeOldOf(
	context: Dependencies,
	author: Account,
	before: number,
	signal: AbortSignal,
): Promise<number> {
	let removed = 0;
	for (let after: readonly [string, number, number, number, string] | undefined; ; ) {
		signal.throwIfAborted();
		const page = await context.store.page(messages, {
			index: "author",
			// Messages in rooms have an index value of their own, and are kept.
			prefix: [author.id, 0],
			order: "asc",
			limit: pageSize,
			...(after === undefined ? {} : { after }),
		});
		const old = page.filter(({ doc }) => doc.at < before);
		const outcomes = await Promise.all(old.map(({ doc }) => removeIfUntouched(context, author, doc)));
		removed += outcomes.filter(Boolean).length;
		const last = page.at(-1)?.doc;
		if (last === undefined || page.length < pageSize || old.length < page.length) return removed;
		after = [last.author, 0, last.at, last.seq, last.channel];
	}
}

async function removeIfUntouched(context: Dependencies, author: Account, message: Message): Promise<boolean> {
	const place = (await context.store.get(channels, message.channel))?.doc;
	if (place?.kind !== "shadow" || (await isTouched(context, message))) return false;
	return appendDeletion(context, message.id, {
		actor: author,
		without: ["bridge"],
		premise: untouchedSince(message),
	});
}

/** The premise that a message has got no reply and no reaction since it was read. */
const untouchedSince = ({ id, replies, reactions: sums }: Message): Premise<Message> => ({
	collection: messages,
	id,
	holds: (now) => now?.replies === replies && JSON.stringify(now.reactions) === JSON.stringify(sums),
});

async function isTouched(context: Dependencies, message: Message): Promise<boolean> {
	return (
		(await isAnyLocal(context, message.mentions)) ||
		(await hasLocalReaction(context, message.id)) ||
		(await hasLocalAncestor(context, message)) ||
		(await hasLocalReply(context, message.id))
	);
}

async function isAnyLocal(context: Dependencies, ids: readonly AccountId[]): Promise<boolean> {
	for (const id of new Set(ids)) {
		const account = await accountById(context, id);
		if (account !== undefined && isLocal(account)) return true;
	}
	return false;
}

async function hasLocalReaction(context: Dependencies, message: MessageId): Promise<boolean> {
	const page = { index: "message", prefix: [message], order: "asc", limit: mostOf } as const;
	const found = await context.store.page(reactions, page);
	return (
		found.length === mostOf ||
		isAnyLocal(
			context,
			found.map(({ doc }) => doc.author),
		)
	);
}

async function hasLocalAncestor(context: Dependencies, message: Message): Promise<boolean> {
	let above: Message | undefined = message;
	for (let level = 0; above?.reply !== undefined; level++) {
		if (level === mostOf || (await isAnyLocal(context, [above.reply.author]))) return true;
		above = (await context.store.get(messages, above.reply.to))?.doc;
	}
	return false;
}

/** Whether a local account has replied to a message, or to a reply to it, at any depth. */
async function hasLocalReply(context: Dependencies, message: MessageId): Promise<boolean> {
	const open: MessageId[] = [message];
	let seen = 0;
	for (let id = open.pop(); id !== undefined; id = open.pop()) {
		const page = { index: "replies", prefix: [id], order: "asc", limit: mostOf } as const;
		const replies = await context.store.page(messages, page);
		seen += replies.length;
		if (seen >= mostOf) return true;
		if (
			await isAnyLocal(
				context,
				replies.map(({ doc }) => doc.author),
			)
		)
			return true;
		open.push(...replies.map(({ doc }) => doc.id));
	}
	return false;
}
