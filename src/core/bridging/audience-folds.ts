import type { EventOf } from "../events/event.ts";
import type { FoldTable } from "../events/folds.ts";
import type { MembershipEvents } from "../groups/membership-events.ts";
import type { Fold } from "../ports/store.ts";
import { audienceFold } from "./audience.ts";

/** What the change of a membership means for the targets that messages are delivered to. */
function folds({ body: { membership, before } }: EventOf<keyof MembershipEvents>): readonly Fold[] {
	const now = membership.state === "joined" ? membership.reach : undefined;
	if (before?.target === now?.target) return [];
	const list: Fold[] = [];
	if (before !== undefined) list.push(audienceFold(membership.place, before, -1));
	if (now !== undefined) list.push(audienceFold(membership.place, now, 1));
	return list;
}

export const audienceFolds: FoldTable<MembershipEvents> = {
	"member.requested": folds,
	"member.joined": folds,
	"member.left": folds,
	"member.denied": folds,
};
