import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import type { CoreContext } from "../events/context.ts";
import type { BridgeName, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Role } from "../model/group.ts";
import type { Membership, PlaceId } from "../model/membership.ts";
import { channels } from "./channel.ts";
import { hasEnded, isOfTerm, membershipOf } from "./membership.ts";
import type { MembershipEvents } from "./membership-events.ts";
import type { Standing } from "./standing.ts";

/** The state that a membership should get; its other fields follow from it. */
export type DesiredMembership = Pick<Membership, "state"> &
	Partial<Pick<Membership, "role" | "reach" | "request" | "sentAt">>;

/**
 * Decides on the desired state of a membership; `undefined` leaves it unchanged.
 *
 * @param now the membership as it counts at the moment: one that has ended has lost its role
 * @param inGroup for a channel of a community: the account's membership in the group, as it was when `now` was read
 * @param ownRole the actor's role, if the change is made by its standing
 */
export type Decide = (
	now: Membership | undefined,
	inGroup: Membership | undefined,
	ownRole: Role | undefined,
) => DesiredMembership | undefined;

const typeOf = {
	requested: "member.requested",
	joined: "member.joined",
	left: "member.left",
	denied: "member.denied",
} as const satisfies Record<Membership["state"], keyof MembershipEvents>;

/** The circumstances of a change of a membership. */
export interface MembershipOptions {
	/** The account that makes the change; the member itself if absent. */
	readonly actor?: Account;
	/** The `request` key of the remote event that asks for the change, if its network uses no id twice. */
	readonly request?: string;
	/** The network that the change came from, or that knows of it already. */
	readonly origin?: BridgeName;
	/** Says, before each attempt, by what standing the actor makes the change; throws if it may not. */
	readonly standing?: () => Promise<Standing>;
	/**
	 * Whether the change is delivered to the other network; it may depend on the new state. If absent, only the end of a membership is: it
	 * concerns the linked rooms where the account's ghost is.
	 */
	readonly federate?: boolean | ((state: Membership["state"]) => boolean);
}

/**
 * Changes the state of a membership. If a concurrent change wins, it decides again on the new state.
 *
 * The end of a membership in a group is one event, which also ends the memberships in the group's channels: their term is over. A
 * membership in a channel that is made while the one in the group ends belongs to the term that ends.
 *
 * @returns the membership after the change; `undefined` if there is none
 * @throws {Unauthenticated} the account or the local `actor` was deleted, and the membership would begin
 */
export async function changeMembership(
	context: CoreContext,
	place: PlaceId,
	account: Account,
	decide: Decide,
	{ actor = account, request, origin, standing, federate }: MembershipOptions = {},
): Promise<{ membership: Membership | undefined; changed: boolean; event?: string }> {
	const group = await groupOf(context, place);
	// What the home of a remote account has answered counts even if that account is deleted by now.
	const presumed = actor.id === account.id || actor.origin !== undefined ? [account] : [account, actor];
	for (;;) {
		const { role: ownRole, premises } = (await standing?.()) ?? { role: undefined, premises: [] };
		const stored = await membershipOf(context, place, account);
		const inGroup = group === undefined ? undefined : await membershipOf(context, group, account);
		const isStale = stored !== undefined && group !== undefined && !hasEnded(stored) && !isOfTerm(stored, inGroup);
		const now = stored && effective(stored, isStale);
		const desired = decide(now, inGroup, ownRole);
		if (desired === undefined || (stored !== undefined && !isStale && isAsDesired(stored, desired)))
			return { membership: now, changed: false };
		const generation = (stored?.generation ?? 0) + 1;
		const role = hasEnded(desired) ? "member" : (now?.role ?? "member");
		const term = isGroup(place) ? termAfter(stored, desired) : (inGroup?.term ?? 0);
		const membership = {
			place,
			account: account.id,
			role,
			generation,
			...desired,
			...(term === 0 ? {} : { term }),
		};
		const isEnd = stored !== undefined && !hasEnded(stored) && hasEnded(desired);
		const isDelivered = typeof federate === "function" ? federate(desired.state) : (federate ?? isEnd);
		const before = stored?.state === "joined" ? stored.reach : undefined;
		const isEndOfTerm = isGroup(place) && hasEnded(desired);
		const appended = await context.log.append(
			{
				stream: place,
				type: typeOf[desired.state],
				actor: actor.id,
				natural: `member:${place}:${account.id}:${generation}`,
				without: [...(isDelivered ? [] : ["bridge" as const]), ...(isEndOfTerm ? [] : ["erase" as const])],
				...(request === undefined ? {} : { request }),
				body: {
					membership,
					...(before === undefined ? {} : { before }),
					...(origin === undefined ? {} : { origin }),
				},
			},
			{ premises: hasEnded(desired) ? premises : [...presumed.map(stillThere), ...premises] },
		);
		if (appended.outcome === "moved" && !hasEnded(desired))
			for (const each of presumed) await assertStillThere(context, each);
		if (appended.outcome === "appended")
			return { membership: { ...membership, since: appended.event.at }, changed: true, event: appended.event.id };
		if (appended.outcome === "duplicate" && appended.by === "request") return { membership: now, changed: false };
	}
}

const isGroup = (place: PlaceId): boolean => place.startsWith("grp_");

/** The group of a channel of a community, whose end of membership ends the one in the channel. */
async function groupOf({ store }: CoreContext, place: PlaceId): Promise<GroupId | undefined> {
	if (isGroup(place)) return undefined;
	const channel = (await store.get(channels, place))?.doc;
	return channel?.kind === "room" ? channel.group : undefined;
}

/** A membership as it counts: ended together with the one in its group, and without a role once it has ended. */
function effective(stored: Membership, isStale: boolean): Membership {
	const now: Membership = isStale ? { ...stored, state: "left" } : stored;
	return hasEnded(now) ? { ...now, role: "member" } : now;
}

/** The term of a membership in a group after a change: it rises with each end. */
function termAfter(stored: Membership | undefined, desired: DesiredMembership): number {
	const ends = hasEnded(desired) && (stored === undefined || !hasEnded(stored));
	return (stored?.term ?? 0) + (ends ? 1 : 0);
}

function isAsDesired(now: Membership, desired: DesiredMembership): boolean {
	const sameRole = desired.role === undefined || desired.role === now.role;
	return (
		now.state === desired.state &&
		sameRole &&
		now.reach?.target === desired.reach?.target &&
		(desired.request === undefined || desired.request === now.request)
	);
}
