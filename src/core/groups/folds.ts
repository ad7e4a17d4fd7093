import type { FoldTable } from "../events/folds.ts";
import type { AccountId, GroupId } from "../ids.ts";
import type { Group, Role } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import type { Fold } from "../ports/store.ts";
import { channels, withKind } from "./channel.ts";
import type { GroupChange, GroupEvents } from "./events.ts";
import { groups } from "./group.ts";
import { membershipId, memberships } from "./membership.ts";

function changed(now: Group, { owner, offer, archived }: GroupChange): Group {
	if (owner !== undefined) {
		const { offer: _, archived: __, ...rest } = now;
		return { ...rest, owner };
	}
	return { ...now, ...(offer === undefined ? {} : { offer }), ...(archived === undefined ? {} : { archived }) };
}

/** Owners are members, too; one who created the group has no membership of their own until then. */
const roleFold = (place: GroupId, account: AccountId, role: Role, at: number): Fold<Membership> => ({
	collection: memberships,
	id: membershipId(place, account),
	next: (now) => ({ ...(now ?? { generation: 0 }), place, account, role, state: "joined", since: at }),
});

/** The folds of group events into groups and channels. */
export const groupFolds: FoldTable<GroupEvents> = {
	"group.created": ({ body, at }) => [
		{
			collection: groups,
			id: body.group.id,
			fresh: true,
			next: () => ({ ...body.group, createdAt: at, updatedAt: at }),
		},
	],
	"group.changed": ({ body, at }) => [
		{
			collection: groups,
			id: body.group,
			next: (now) => (now === undefined ? undefined : { ...changed(now, body), updatedAt: at }),
		} satisfies Fold<Group>,
		...(body.owner === undefined ? [] : [roleFold(body.group, body.owner, "owner", at)]),
		...(body.former === undefined ? [] : [roleFold(body.group, body.former, "admin", at)]),
	],
	"channel.created": ({ body, at }) => [
		{
			collection: channels,
			id: body.channel.id,
			fresh: true,
			next: () => ({ ...withKind(body.channel), createdAt: at, updatedAt: at }),
		},
	],
};
