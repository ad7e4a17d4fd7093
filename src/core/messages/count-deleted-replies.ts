import type { CoreContext } from "../events/context.ts";
import { pagesOf } from "../events/pages.ts";
import type { MessageId } from "../ids.ts";
import { messages } from "./message.ts";

const batch = 500;

/**
 * Counts the replies that were deleted before their number was kept. It sets numbers, and may therefore be repeated.
 *
 * @throws the signal's reason when it is aborted
 */
export async function countDeletedReplies({ store }: Pick<CoreContext, "store">, signal: AbortSignal): Promise<void> {
	const deleted = new Map<MessageId, number>();
	for await (const page of pagesOf(store, messages, { limit: batch, signal })) {
		for (const { doc } of page)
			if (doc.deletedAt !== undefined && doc.reply !== undefined)
				deleted.set(doc.reply.to, (deleted.get(doc.reply.to) ?? 0) + 1);
	}
	for (const [parent, deletedReplies] of deleted) {
		signal.throwIfAborted();
		const stored = await store.get(messages, parent);
		if (stored !== undefined && stored.doc.deletedReplies !== deletedReplies)
			await store.replace(messages, parent, stored.rev, { ...stored.doc, deletedReplies });
	}
}
