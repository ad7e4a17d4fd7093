import type { CoreContext } from "../events/context.ts";
import type { AccountId, MessageId } from "../ids.ts";
import type { Reaction } from "../model/reaction.ts";
import { reactions } from "./reaction.ts";

/** The active reactions of an account, to one message or to any, in no particular order. */
export async function reactionsOf(
	{ store }: Pick<CoreContext, "store">,
	author: AccountId,
	{ message, limit }: { readonly message?: MessageId; readonly limit: number },
): Promise<readonly Reaction[]> {
	const prefix = message === undefined ? [author] : [author, message];
	const page = await store.page(reactions, { index: "author", prefix, order: "asc", limit });
	return page.map(({ doc }) => doc);
}
