import { accountFolds } from "../accounts/folds.ts";
import { audienceFolds } from "../bridging/audience-folds.ts";
import { portalFolds } from "../bridging/portals/folds.ts";
import type { EventOf, EventType } from "../events/event.ts";
import { groupFolds } from "../groups/folds.ts";
import { membershipFolds } from "../groups/membership-folds.ts";
import { personalGroupFolds } from "../groups/personal-group-folds.ts";
import { messageFolds } from "../messages/folds.ts";
import { tagFolds } from "../messages/tag-folds.ts";
import type { Fold, FoldsOf } from "../ports/store.ts";
import { reactionFolds } from "../reactions/folds.ts";

type FoldsOfType<T extends EventType> = (event: EventOf<T>) => readonly Fold[];

/** For each type of event, the folds of the areas, lower floors first; "stays" if it changes no derived document. */
const table: { readonly [T in EventType]: readonly FoldsOfType<T>[] | "stays" } = {
	"account.created": [accountFolds["account.created"], personalGroupFolds["account.created"]],
	"account.updated": [accountFolds["account.updated"], personalGroupFolds["account.updated"]],
	"account.expelled": [accountFolds["account.expelled"]],
	"account.deleted": [accountFolds["account.deleted"]],
	"group.created": [groupFolds["group.created"]],
	"group.changed": [groupFolds["group.changed"]],
	"channel.created": [groupFolds["channel.created"], personalGroupFolds["channel.created"]],
	"member.requested": [membershipFolds["member.requested"], audienceFolds["member.requested"]],
	"member.joined": [membershipFolds["member.joined"], audienceFolds["member.joined"]],
	"member.left": [membershipFolds["member.left"], audienceFolds["member.left"]],
	"member.denied": [membershipFolds["member.denied"], audienceFolds["member.denied"]],
	"message.posted": [messageFolds["message.posted"], tagFolds["message.posted"]],
	"message.edited": [messageFolds["message.edited"], tagFolds["message.edited"]],
	"message.deleted": [messageFolds["message.deleted"], tagFolds["message.deleted"]],
	"reaction.added": [reactionFolds["reaction.added"]],
	"reaction.removed": [reactionFolds["reaction.removed"]],
	"portal.linked": [portalFolds["portal.linked"]],
	"portal.changed": [portalFolds["portal.changed"]],
	"portal.unlinked": [portalFolds["portal.unlinked"]],
};

const byType = new Map<string, readonly FoldsOfType<never>[]>(
	Object.entries(table).map(([type, folds]) => [type, folds === "stays" ? [] : folds]),
);
const none: readonly FoldsOfType<never>[] = [];

/** The folds of an event; none for a type that is unknown to this version. */
export const foldsOf: FoldsOf = (event) => {
	const [first, ...rest] = byType.get(event.type) ?? none;
	if (first === undefined) return [];
	const folds = first(event as never);
	return rest.length === 0 ? folds : [folds, ...rest.map((more) => more(event as never))].flat();
};
