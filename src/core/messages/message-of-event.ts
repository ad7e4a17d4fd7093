import { type ConsumerTable, stays } from "../events/consumers.ts";
import type { EventOf, EventType } from "../events/event.ts";
import type { MessageId } from "../ids.ts";
import type { LogEvent } from "../ports/store.ts";

/** For each type of event, how it names the message that it is about. */
const table: ConsumerTable<{ readonly [T in EventType]: (body: EventOf<T>["body"]) => MessageId }> = {
	"message.posted": ({ message }) => message.id,
	"message.edited": ({ message }) => message,
	"message.deleted": ({ message }) => message,
	"reaction.added": ({ reaction }) => reaction.message,
	"reaction.removed": ({ reaction }) => reaction.message,
	...stays(
		"account.created",
		"account.updated",
		"account.deleted",
		"group.created",
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

/** The message that an event is about; `undefined`: it is about none. */
export function messageOf({ type, body }: LogEvent): MessageId | undefined {
	const rule = table[type as EventType] as ((body: unknown) => MessageId) | "stays" | undefined;
	return rule === undefined || rule === "stays" ? undefined : rule(body);
}
