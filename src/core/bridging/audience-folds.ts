import type { EventOf } from "../events/event.ts";
import type { FoldTable } from "../events/folds.ts";
import type { MembershipEvents } from "../groups/membership-events.ts";
import type { Fold } from "../ports/store.ts";
import { audienceFold } from "./audience.ts";

/** The change that a membership event makes to the delivery targets of its place. */
function folds({ body: { membership, before }, at }: EventOf<keyof MembershipEvents>): readonly Fold[] {
	const now = membership.state === "joined" ? membership.reach : undefined;
	if (before?.target === now?.target) return [];
	const list: Fold[] = [];
	if (before !== undefined) list.push(audienceFold(membership.place, before, -1, at));
	if (now !== undefined) list.push(audienceFold(membership.place, now, 1, at));
	return list;
}

/** The folds of membership events into the audience of the place. */
export const audienceFolds: FoldTable<MembershipEvents> = {
	"member.requested": folds,
	"member.joined": folds,
	"member.left": folds,
	"member.denied": folds,
};
