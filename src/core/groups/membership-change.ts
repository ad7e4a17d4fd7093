import { assertStillThere, stillThere } from "../accounts/still-there.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import { type Membership, type PlaceId } from "../model/membership.ts";
import { membershipId, memberships } from "./membership.ts";
import type { MembershipEvents } from "./membership-events.ts";

/** The state that a membership should get; its other fields follow from it. */
export type DesiredMembership = Pick<Membership, "state"> & Partial<Pick<Membership, "role" | "reach" | "request">>;

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
	/** The `request` key of the remote event that asks for the change, so that it is applied once. */
	readonly request?: string;
	/** Whether the change is delivered to the other network. */
	readonly federate?: boolean;
}

/**
 * Changes the state of a membership. If a concurrent change wins, it decides again on the new state.
 *
 * @param decide maps the current membership to the desired one; `undefined` leaves it unchanged
 * @returns the membership after the change; `undefined` if there is none
 * @throws {Unauthenticated} the account was deleted, and the membership would begin
 */
export async function changeMembership(
	context: CoreContext,
	place: PlaceId,
	account: Account,
	decide: (now: Membership | undefined) => DesiredMembership | undefined,
	{ actor = account, request, federate = false }: MembershipOptions = {},
): Promise<{ membership: Membership | undefined; changed: boolean; event?: string }> {
	for (;;) {
		const now = (await context.store.get(memberships, membershipId(place, account.id)))?.doc;
		const desired = decide(now);
		if (desired === undefined || (now !== undefined && isAsDesired(now, desired)))
			return { membership: now, changed: false };
		const generation = (now?.generation ?? 0) + 1;
		const membership = { place, account: account.id, role: now?.role ?? "member", generation, ...desired } as const;
		const before = now?.state === "joined" ? now.reach : undefined;
		const begins = desired.state === "joined" || desired.state === "requested";
		const appended = await context.log.append(
			{
				stream: place,
				type: typeOf[desired.state],
				actor: actor.id,
				natural: `member:${place}:${account.id}:${generation}`,
				...(federate ? {} : { without: ["bridge"] as const }),
				...(request === undefined ? {} : { request }),
				body: { membership, ...(before === undefined ? {} : { before }) },
			},
			begins ? { premises: [stillThere(account)] } : {},
		);
		if (appended.outcome === "moved") await assertStillThere(context, account);
		if (appended.outcome === "appended")
			return { membership: { ...membership, since: appended.event.at }, changed: true, event: appended.event.id };
		if (appended.outcome === "duplicate" && appended.by === "request") return { membership: now, changed: false };
	}
}

function isAsDesired(now: Membership, desired: DesiredMembership): boolean {
	const sameRole = desired.role === undefined || desired.role === now.role;
	return (
		now.state === desired.state &&
		sameRole &&
		now.reach?.target === desired.reach?.target &&
		desired.request === undefined
	);
}
