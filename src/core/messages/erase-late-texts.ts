import type { CoreContext } from "../events/context.ts";
import type { EventOf } from "../events/event.ts";
import { pagesOf } from "../events/pages.ts";
import type { ChannelId, MessageId } from "../ids.ts";
import type { Message } from "../model/message.ts";
import type { LogEvent } from "../ports/store.ts";
import { remainsOf } from "./delete-message.ts";
import { messages } from "./message.ts";
import { tagKeysOf } from "./tags.ts";

/** How far a migration has come, in a text of its own. */
export interface Bookmark {
	/** What was kept last; `undefined` if it begins. */
	readonly at: string | undefined;
	keep(at: string): Promise<void>;
}

type Context = Pick<CoreContext, "store" | "log" | "logger">;
type WithText = EventOf<"message.posted"> | EventOf<"message.edited">;

/** How many messages or events are read together, and after how many events progress is logged. */
const batch = 500;
const logEvery = 100_000;

/**
 * Erases the texts of deleted messages that are still in the log. In earlier versions an edit could be stored behind the deletion, which did
 * not know it: its text, its raw original and its tags stayed.
 *
 * Only channels with deleted messages are read, from the first of these on, and each event once. What is erased is recognised, so that it
 * can be repeated; after an interruption it goes on at its bookmark, the id of an event.
 *
 * @throws the signal's reason when it is aborted
 */
export async function eraseLateTexts(context: Context, signal: AbortSignal, bookmark: Bookmark): Promise<void> {
	const { store, logger } = context;
	const [channelBefore = "", seqBefore] = bookmark.at?.split("/") ?? [];
	let total = 0;
	let unkept = 0;
	for (const [channel, first] of await firstDeleted(context, signal)) {
		if (channel < channelBefore) continue;
		for (let after = channel === channelBefore ? Number(seqBefore) : first - 1; ; ) {
			signal.throwIfAborted();
			const page = await store.events(channel, after, batch);
			await eraseOf(context, channel, page);
			after = page.at(-1)?.seq ?? after;
			// A channel counts like an event, since many channels have few.
			unkept += page.length + 1;
			if (unkept >= batch) {
				await bookmark.keep(`${channel}/${after}`);
				if (Math.floor((total + unkept) / logEvery) > Math.floor(total / logEvery))
					logger.info({ events: total + unkept }, "Erasing what is left of the texts of deleted messages");
				total += unkept;
				unkept = 0;
			}
			if (page.length < batch) break;
		}
	}
}

/** The channels that have deleted messages, in order, and the seq of the first of these. */
async function firstDeleted(
	{ store }: Context,
	signal: AbortSignal,
): Promise<readonly (readonly [ChannelId, number])[]> {
	const first = new Map<ChannelId, number>();
	for await (const page of pagesOf(store, messages, { limit: batch, signal })) {
		for (const { doc } of page)
			if (doc.deletedAt !== undefined) first.set(doc.channel, Math.min(doc.seq, first.get(doc.channel) ?? doc.seq));
	}
	return [...first].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Erases those of a channel's events that hold texts of deleted messages. */
async function eraseOf(context: Context, channel: ChannelId, events: readonly LogEvent[]): Promise<void> {
	const texts = Map.groupBy(events.filter(holdsText), messageIn);
	if (texts.size === 0) return;
	const edited = await context.store.getAll(messages, [...texts.keys()]);
	const deleted = edited.filter(({ doc }) => doc.deletedAt !== undefined);
	await Promise.all(deleted.map(({ doc }) => erase(context, channel, doc, texts.get(doc.id) ?? [])));
}

const holdsText = (event: LogEvent): event is LogEvent & WithText =>
	(event.type === "message.posted" || event.type === "message.edited") &&
	(event as LogEvent & WithText).body.erased !== true;

const messageIn = ({ type, body }: WithText): MessageId => (type === "message.posted" ? body.message.id : body.message);

/** Appends an edit without a text, in whose commit the texts are erased and the tags that they brought back into the index removed. */
async function erase(
	{ log }: Context,
	channel: ChannelId,
	message: Message,
	texts: readonly WithText[],
): Promise<void> {
	const tagged = Math.max(
		...texts.map(({ type, body }) => tagKeysOf(type === "message.posted" ? body.message : body).length),
	);
	const { origin } = message;
	await log.append({
		stream: channel,
		type: "message.edited",
		actor: message.author,
		without: ["bridge"],
		erases: texts.map(({ seq }) => ({ seq, body: remainsOf(message, seq) })),
		body: {
			message: message.id,
			content: { text: "", mime: "text/plain" },
			mentions: [],
			tags: [],
			erased: true,
			...(tagged === 0 ? {} : { tagged }),
			...(origin === undefined ? {} : { origin: origin.bridge }),
		},
	});
}
