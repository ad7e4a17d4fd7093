import type { CoreContext } from "../events/context.ts";
import type { EventOf } from "../events/event.ts";
import type { BridgeName } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Message } from "../model/message.ts";
import type { LogEvent } from "../ports/store.ts";
import { remainsOf } from "./delete-message.ts";
import type { MessageEvents } from "./events.ts";
import { messages, sameTexts } from "./message.ts";

type Edit = MessageEvents["message.edited"];
type WithText = EventOf<"message.posted"> | EventOf<"message.edited">;

/** The circumstances of a withdrawal. */
export interface Retraction {
	readonly actor: Account;
	readonly origin?: BridgeName;
	readonly request?: string;
	readonly raw?: unknown;
}

/**
 * Withdraws one edit of a message, as the deletion of an edit on a network where edits are events of their own. The message gets the text
 * that it had before, and the withdrawn text is erased from the log. If a later edit is shown, only the erasure remains to be done.
 *
 * @param seq the seq of the edit's event
 * @returns whether there was anything to withdraw
 */
export async function retractEdit(
	context: CoreContext,
	{ id, channel }: Message,
	seq: number,
	{ actor, origin, request, raw }: Retraction,
): Promise<boolean> {
	for (;;) {
		const message = (await context.store.get(messages, id))?.doc;
		if (message === undefined || message.deletedAt !== undefined || seq === message.seq) return false;
		if (!message.texts.includes(seq)) return false;
		const texts = await eventsOf(context, message);
		const erased = texts.filter((event) => event.seq === seq || restoredBy(event) === seq);
		const rest = texts.filter((event) => !erased.includes(event));
		const isShown = erased.includes(shownOf(texts) as WithText);
		const appended = await context.log.append(
			{
				stream: channel,
				type: "message.edited",
				actor: actor.id,
				...(request === undefined ? {} : { request }),
				...(isShown ? {} : { without: ["bridge"] as const }),
				erases: erased.map((event) => ({ seq: event.seq, body: remainsOf(message, event.seq) })),
				body: {
					...textAfter(message, rest),
					erasesTexts: erased.map((event) => event.seq),
					...(origin === undefined ? {} : { origin }),
					...(raw === undefined ? {} : { raw }),
				},
			},
			{ premises: [sameTexts(message)] },
		);
		if (appended.outcome !== "moved") return appended.outcome === "appended";
	}
}

/** The events that hold the texts of a message, in order. */
async function eventsOf({ store }: CoreContext, { channel, texts }: Message): Promise<readonly WithText[]> {
	const events = await Promise.all(texts.map((seq) => store.event(`${channel}/${seq}`)));
	return events.filter((event): event is LogEvent & WithText => event !== undefined);
}

const revisedAt = (event: WithText): number | undefined =>
	event.type === "message.posted" ? event.body.message.revisedAt : event.body.revisedAt;

/** The event whose text is shown: the last one, but none that is older by its sender's clock than the one before (see the fold). */
function shownOf(events: readonly WithText[]): WithText | undefined {
	let shown: WithText | undefined;
	for (const event of events) {
		const [now, next] = [shown && revisedAt(shown), revisedAt(event)];
		if (now === undefined || next === undefined || next >= now) shown = event;
	}
	return shown;
}

const restoredBy = (event: WithText): number | undefined =>
	event.type === "message.edited" ? event.body.restores : undefined;

/** What a message says after these events. */
function textAfter(message: Message, events: readonly WithText[]): Edit {
	const shown = shownOf(events);
	const revised = shown === undefined ? undefined : revisedAt(shown);
	let { metadata } = message;
	for (const { type, body } of events)
		metadata = (type === "message.posted" ? body.message : body).metadata ?? metadata;
	const { content, tags, mentions, warning } =
		shown === undefined ? message : shown.type === "message.posted" ? shown.body.message : shown.body;
	return {
		message: message.id,
		content,
		tags,
		mentions,
		metadata,
		...(warning === undefined ? {} : { warning }),
		...(revised === undefined ? {} : { revisedAt: revised }),
		...(shown === undefined ? {} : { restores: restoredBy(shown) ?? shown.seq }),
	};
}
