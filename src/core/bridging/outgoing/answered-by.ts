import type { CoreContext } from "../../events/context.ts";
import type { AccountId, MessageId } from "../../ids.ts";
import { messages } from "../../messages/message.ts";
import { reactions } from "../../reactions/reaction.ts";

/** How many replies, and how many reactions, are looked at: beyond them, few have a home that is not among the others. */
const most = 1_000;

/** The authors of replies and reactions to a message: they have it, even if it was not sent to them. */
export async function answeredBy(
	{ store }: Pick<CoreContext, "store">,
	id: MessageId,
): Promise<ReadonlySet<AccountId>> {
	const page = { prefix: [id], order: "desc", limit: most } as const;
	const replies = await store.page(messages, { index: "replies", ...page });
	const reacted = await store.page(reactions, { index: "message", ...page });
	return new Set([...replies, ...reacted].map(({ doc }) => doc.author));
}
