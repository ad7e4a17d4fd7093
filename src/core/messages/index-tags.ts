import type { CoreContext } from "../events/context.ts";
import { pagesOf } from "../events/pages.ts";
import { messages } from "./message.ts";
import { messageTagId, messageTags, tagKeysOf } from "./tags.ts";

/** How many messages are read together, and after how many progress is logged. */
const batch = 500;
const logEvery = 100_000;

/** Indexes the tags of messages that were stored before there was an index. May be repeated. @throws the signal's reason */
export async function indexTags(
	{ store, logger }: Pick<CoreContext, "store" | "logger">,
	signal: AbortSignal,
): Promise<void> {
	let seen = 0;
	for await (const page of pagesOf(store, messages, { limit: batch, signal })) {
		const rows = page.flatMap(({ doc }) =>
			tagKeysOf(doc).map((tag, at) => ({ id: messageTagId(doc.id, at), doc: { message: doc.id, tag } })),
		);
		if (rows.length > 0) await store.insertMissing(messageTags, rows);
		seen += page.length;
		if (seen % logEvery === 0 && seen > 0) logger.info({ messages: seen }, "Indexing the tags of messages");
	}
}
