import type { CoreContext } from "../../events/context.ts";
import type { MessageId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import { maxReactionKeys } from "../../model/message.ts";
import type { Delivery } from "../../ports/bridge/delivery.ts";
import { reactionsOf } from "../../reactions/reactions-of.ts";

/**
 * The newest reaction that a person still has on a message. Servers that keep one reaction per person forget all of them with the one that
 * is withdrawn, and have to be told what is still there. Nothing remains of an account that was deleted.
 */
export async function remainingReaction(
	context: Pick<CoreContext, "store">,
	{ id, deletedAt }: Account,
	message: MessageId,
): Promise<Pick<Extract<Delivery, { kind: "unreaction" }>, "remaining">> {
	if (deletedAt !== undefined) return {};
	const all = await reactionsOf(context, id, { message, limit: maxReactionKeys });
	const newest = all.toSorted((a, b) => b.at - a.at)[0];
	if (newest === undefined) return {};
	const { key, image } = newest;
	return { remaining: { key, ...(image === undefined ? {} : { image }) } };
}
