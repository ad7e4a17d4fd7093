import { audienceFold } from "../bridging/audience.ts";
import type { EventOf } from "../events/domain-event.ts";
import type { FoldTable } from "../events/folds.ts";
import type { ChannelId } from "../ids.ts";
import { parseId } from "../ids.ts";
import type { Fold } from "../ports/store.ts";
import { membershipId, memberships } from "./membership.ts";
import type { MembershipEvents } from "./membership-events.ts";

type MembershipEvent = EventOf<keyof MembershipEvents>;

/** The membership itself, and what its change means for whom the channel's messages are sent to. */
function folds({ body, at }: MembershipEvent): readonly Fold[] {
	const { membership, before } = body;
	const channel = parseId("chn", membership.place) as ChannelId | undefined;
	const now = membership.state === "joined" ? membership.reach : undefined;
	const list: Fold[] = [
		{
			collection: memberships,
			id: membershipId(membership.place, membership.account),
			next: () => ({ ...membership, since: at }),
		},
	];
	if (channel === undefined || before?.target === now?.target) return list;
	if (before !== undefined) list.push(audienceFold(channel, before, -1));
	if (now !== undefined) list.push(audienceFold(channel, now, 1));
	return list;
}

export const membershipFolds: FoldTable<MembershipEvents> = {
	"member.requested": folds,
	"member.joined": folds,
	"member.left": folds,
	"member.denied": folds,
};
