import { accountById } from "../accounts/find-account.ts";
import { assertStillThere, isGone, stillThere } from "../accounts/still-there.ts";
import { InvalidRequest, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { type Account, isLocal } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import type { GroupChange } from "./events.ts";
import { groups } from "./group.ts";
import { memberships } from "./membership.ts";
import { joined } from "./place.ts";

/**
 * Offers a group to one of its members, who becomes the owner by accepting. A later offer replaces an earlier one.
 *
 * @returns the member's membership
 * @throws {PermissionDenied} `actor` is not the owner
 * @throws {InvalidRequest} `/user`: not a member who lives on this provider
 * @throws {Unauthenticated} the owner was deleted meanwhile
 */
export async function offerGroup(
	context: CoreContext,
	group: Group,
	actor: Account,
	member: Account,
): Promise<Membership> {
	let membership = await heirIn(context, group, member);
	await changeGroup(context, group, actor, async (now) => {
		await assertStillThere(context, actor);
		membership = await heirIn(context, now, member);
		if (now.owner !== actor.id || now.personal !== undefined)
			throw new PermissionDenied("Only the owner can hand over a group");
		return { offer: { to: member.id, term: membership.term ?? 0 } };
	});
	return membership;
}

/**
 * Accepts an offered group. Idempotent.
 *
 * @throws {PermissionDenied} the group is not offered to the account
 * @throws {Unauthenticated} the account was deleted meanwhile
 */
export const acceptGroup = (context: CoreContext, group: Group, account: Account): Promise<Group> =>
	changeGroup(context, group, account, async (now) => {
		await assertStillThere(context, account);
		if (now.owner === account.id) return undefined;
		const membership = now.offer?.to === account.id ? await joined(context, now.id, account) : undefined;
		// An offer ends with the membership in which it was made.
		if (membership === undefined || (membership.term ?? 0) !== now.offer?.term)
			throw new PermissionDenied("This group is not offered to you");
		return { owner: account.id, former: now.owner };
	});

/** Gives a group to one of its members on behalf of the provider. Idempotent. @throws {InvalidRequest} `/user` */
export const giveGroup = (context: CoreContext, group: Group, member: Account): Promise<Group> =>
	changeGroup(context, group, member, async (now) => {
		await heirIn(context, now, member);
		if (now.owner === member.id && now.archived === undefined) return undefined;
		const former = await accountById(context, now.owner);
		return { owner: member.id, ...(former?.deletedAt === undefined ? { former: now.owner } : {}) };
	});

/**
 * Gives the group of a deleted owner to the admin who has been one longest. Without one the group is archived: no member could run it, so
 * nothing can be said there until the provider gives it to a member. Idempotent.
 */
export const replaceOwner = (context: CoreContext, group: Group, deleted: Account): Promise<Group> =>
	changeGroup(context, group, deleted, async (now) => {
		if (now.owner !== deleted.id || now.archived === true) return undefined;
		const heir = await longestServing(context, now);
		return heir === undefined ? { archived: true } : { owner: heir };
	});

async function longestServing(context: CoreContext, { id, owner }: Group): Promise<Account["id"] | undefined> {
	const prefix = [id, "joined"];
	for (let after: readonly (string | number)[] | undefined; ; ) {
		const page = await context.store.page(memberships, {
			index: "place",
			prefix,
			...(after === undefined ? {} : { after }),
			order: "asc",
			limit: 500,
		});
		for (const { doc } of page) {
			const account =
				doc.role === "admin" && doc.account !== owner ? await accountById(context, doc.account) : undefined;
			if (account !== undefined && isLocal(account) && account.deletedAt === undefined) return account.id;
		}
		const last = page.at(-1)?.doc;
		if (last === undefined || page.length < 500) return undefined;
		after = [...prefix, last.since, last.account];
	}
}

/** The membership of someone who may own a group: accounts of other providers can't run one here. @throws {InvalidRequest} */
async function heirIn(context: CoreContext, group: Group, account: Account): Promise<Membership> {
	const canOwn = isLocal(account) && !(await isGone(context, account));
	const membership = canOwn ? await joined(context, group.id, account) : undefined;
	if (membership !== undefined) return membership;
	throw new InvalidRequest([{ field: "/user", expected: "a member of the group with an account of this provider" }]);
}

/**
 * Changes a group. If it changes meanwhile, or an account on which the change depends is deleted, it decides again. A new owner, and the
 * member to whom a group is offered, must still be there: the erasure of a deleted account looks for its groups only once.
 *
 * @returns the group after the change
 */
async function changeGroup(
	context: CoreContext,
	group: Group,
	actor: Account,
	decide: (now: Group) => Promise<GroupChange | undefined>,
): Promise<Group> {
	for (;;) {
		const after = await context.store.head(group.stream);
		const now = (await context.store.get(groups, group.id))?.doc ?? group;
		const change = await decide(now);
		if (change === undefined) return now;
		const { outcome } = await context.log.append(
			{ stream: group.stream, type: "group.changed", actor: actor.id, body: { group: group.id, ...change } },
			{ after, premises: dependsOn(change, actor).map((id) => stillThere({ id })) },
		);
		if (outcome === "appended") return (await context.store.get(groups, group.id))?.doc ?? now;
	}
}

const dependsOn = ({ owner, offer }: GroupChange, actor: Account): readonly Account["id"][] => [
	...(owner === undefined ? [] : [owner]),
	...(offer === undefined ? [] : [offer.to, actor.id]),
];
