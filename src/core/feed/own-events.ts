import { type ConsumerTable, stays } from "../events/consumers.ts";
import type { EventOf, EventType } from "../events/event.ts";
import type { AccountId } from "../ids.ts";
import type { LogEvent } from "../ports/store.ts";

/** For each type of event, the account whose own streams are told. Such events are not replayed: what they tell can also be listed. */
const table: ConsumerTable<{ readonly [T in EventType]: (body: EventOf<T>["body"]) => AccountId }> = {
	"account.expelled": ({ expulsion }) => expulsion.account,
	...stays(
		"account.created",
		"account.updated",
		"account.deleted",
		"group.created",
		"group.changed",
		"channel.created",
		"member.requested",
		"member.joined",
		"member.left",
		"member.denied",
		"message.posted",
		"message.edited",
		"message.deleted",
		"reaction.added",
		"reaction.removed",
		"portal.linked",
		"portal.changed",
		"portal.unlinked",
	),
};

/** The account whose streams an event is for; `undefined`: it is for the readers of a channel, or for none. */
export function ownerOfEvent({ type, body }: LogEvent): AccountId | undefined {
	const rule = table[type as EventType] as ((body: unknown) => AccountId) | "stays" | undefined;
	return rule === undefined || rule === "stays" ? undefined : rule(body);
}
