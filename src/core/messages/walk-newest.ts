import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import type { Message } from "../model/message.ts";
import { type HomeCursor, type HomeRange, largestRead, ofFollowed } from "./home-choice.ts";
import { messages } from "./message.ts";

/** After so many messages that don't belong in the timeline, the walk ends. */
const largestWalk = 500;

/** What is newest here, as far as it belongs in the timeline. Ends when all was read, or too much in vain. */
export function walkNewest(context: Pick<CoreContext, "store">, account: Account, { before, limit }: HomeRange) {
	/** Where the walk has ended, and whether everything was read. */
	const end: { at: HomeCursor | undefined; isBottom: boolean } = { at: before, isBottom: false };
	async function* messagesOf(): AsyncGenerator<Message, undefined> {
		for (let [count, vain] = [limit, 0]; vain < largestWalk; count = Math.min(count * 2, largestRead)) {
			const page = await context.store.page(messages, {
				index: "newest",
				order: "desc",
				limit: count,
				...(end.at === undefined ? {} : { after: [end.at.at, end.at.seq, end.at.channel] }),
			});
			const found = page.map(({ doc }) => doc);
			const chosen = await ofFollowed(context, account, found);
			yield* chosen;
			vain += found.length - chosen.length;
			end.at = found.at(-1) ?? end.at;
			end.isBottom = found.length < count;
			if (end.isBottom) return undefined;
		}
		return undefined;
	}
	return { end, messages: messagesOf() };
}
