import { type ConsumerTable, stays } from "../events/consumers.ts";
import type { EventOf, EventType } from "../events/event.ts";
import { hasEnded } from "../groups/membership.ts";
import type { AccountId } from "../ids.ts";
import type { LogEvent } from "../ports/store.ts";

/** A change that requires the follows of readers to be read again. */
export type FollowChange =
	/** The account has joined a place, or a membership of it has ended (`narrows`). */
	| { readonly kind: "account"; readonly account: AccountId; readonly narrows: boolean }
	/** The group has a new channel. */
	| { readonly kind: "group"; readonly group: string }
	/** The account's credentials are no longer valid. */
	| { readonly kind: "ended"; readonly account: AccountId };

type Rule<T extends EventType> = (event: EventOf<T>) => FollowChange;

const ofMember: Rule<"member.requested" | "member.joined" | "member.left" | "member.denied"> = ({ body }) => ({
	kind: "account",
	account: body.membership.account,
	narrows: hasEnded(body.membership),
});

/** For each type of event, the readers whose follows it changes. */
const table: ConsumerTable<{ readonly [T in EventType]: Rule<T> }> = {
	"account.deleted": ({ body }) => ({ kind: "ended", account: body.account }),
	"channel.created": ({ body }) => ({ kind: "group", group: body.channel.group }),
	"member.requested": ofMember,
	"member.joined": ofMember,
	"member.left": ofMember,
	"member.denied": ofMember,
	...stays(
		"account.created",
		"account.updated",
		"account.expelled",
		"group.created",
		"group.changed",
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

/** The change that an event makes to the follows of readers; `undefined` if it makes none. */
export function followChangeOf(event: LogEvent): FollowChange | undefined {
	const rule = table[event.type as EventType] as Rule<never> | "stays" | undefined;
	return rule === undefined || rule === "stays" ? undefined : rule(event as never);
}
