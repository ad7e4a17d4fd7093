import { type ConsumerTable, stays } from "../events/consumers.ts";
import type { EventOf, EventType } from "../events/event.ts";
import type { MessageId } from "../ids.ts";
import type { LogEvent } from "../ports/store.ts";

/** For each type of event, where its body has the id of the message that the event is about. */
const table: ConsumerTable<{ readonly [T in EventType]: (body: EventOf<T>["body"]) => MessageId }> = {
	"message.posted": ({ message }) => message.id,
	"message.edited": ({ message }) => message,
	"message.deleted": ({ message }) => message,
	"reaction.added": ({ reaction }) => reaction.message,
	"reaction.removed": ({ reaction }) => reaction.message,
	...stays(
		"account.created",
		"account.updated",
		"account.expelled",
		"account.deleted",
		"group.created",
		"group.changed",
		"channel.created",
		"member.requested",
		"member.joined",
		"member.left",
		"member.denied",
		"portal.linked",
		"portal.changed",
		"portal.unlinked",
	),
};

/** The message that an event is about; `undefined` if it is not about a message. */
export function messageOf({ type, body }: LogEvent): MessageId | undefined {
	const rule = table[type as EventType] as ((body: unknown) => MessageId) | "stays" | undefined;
	return rule === undefined || rule === "stays" ? undefined : rule(body);
}
