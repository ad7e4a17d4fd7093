import type { CoreContext } from "../events/context.ts";
import type { Premise } from "../events/premise.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import { type Group, type Role, roles } from "../model/group.ts";
import type { Membership, PlaceId } from "../model/membership.ts";
import { groups } from "./group.ts";
import { isOfTerm, membershipId, membershipOf, memberships } from "./membership.ts";

/** The role of an account, and the premises that it still has it: a write that the role allows is only stored while they hold (ADR 4). */
export interface Standing {
	readonly role: Role | undefined;
	readonly premises: readonly Premise[];
}

/** The standing of an account in a group or in one of its channels; of its roles the highest counts. */
export async function standingIn(
	context: Pick<CoreContext, "store">,
	group: Group,
	channel: Channel | undefined,
	account: Account,
): Promise<Standing> {
	if (group.owner === account.id) return { role: "owner", premises: sameGroup(group) };
	const inGroup = await membershipOf(context, group.id, account);
	const inChannel = channel && (await membershipOf(context, channel.id, account));
	const held = [
		inGroup?.state === "joined" ? inGroup.role : undefined,
		inChannel?.state === "joined" && isOfTerm(inChannel, inGroup) ? inChannel.role : undefined,
	];
	return {
		role: roles.find((role) => held.includes(role)),
		premises: [
			...sameGroup(group),
			sameMembership(group.id, account, inGroup),
			...(channel === undefined ? [] : [sameMembership(channel.id, account, inChannel)]),
		],
	};
}

/** The premise that a group has the owner that it had when it was read, and has not been archived. A personal group never changes. */
export const sameGroup = ({ id, owner, archived, personal }: Group): readonly Premise<Group>[] =>
	personal === undefined
		? [{ collection: groups, id, holds: (now) => now?.owner === owner && now.archived === archived }]
		: [];

/** The premise that a membership counts for as much as when it was read. */
export const sameMembership = (
	place: PlaceId,
	{ id }: Pick<Account, "id">,
	seen: Membership | undefined,
): Premise<Membership> => ({
	collection: memberships,
	id: membershipId(place, id),
	holds: (now) => now?.state === seen?.state && now?.role === seen?.role && (now?.term ?? 0) === (seen?.term ?? 0),
});
