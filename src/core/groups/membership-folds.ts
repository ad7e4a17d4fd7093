import type { EventOf } from "../events/event.ts";
import type { FoldTable } from "../events/folds.ts";
import type { Fold } from "../ports/store.ts";
import { membershipId, memberships } from "./membership.ts";
import type { MembershipEvents } from "./membership-events.ts";

const folds = ({ body: { membership }, at }: EventOf<keyof MembershipEvents>): readonly Fold[] => [
	{
		collection: memberships,
		id: membershipId(membership.place, membership.account),
		next: () => ({ ...membership, since: at }),
	},
];

/** The folds of membership events into the membership. */
export const membershipFolds: FoldTable<MembershipEvents> = {
	"member.requested": folds,
	"member.joined": folds,
	"member.left": folds,
	"member.denied": folds,
};
