import type { World } from "../events/world.ts";
import type { Account } from "../model/account.ts";
import { type Membership, type PlaceId } from "../model/membership.ts";
import { membershipId, memberships } from "./membership.ts";
import type { MembershipEvents } from "./membership-events.ts";

/** What a membership shall be; the rest of it follows. */
export type MembershipWish = Pick<Membership, "state"> & Partial<Pick<Membership, "role" | "reach" | "request">>;

const typeOf = {
	requested: "member.requested",
	joined: "member.joined",
	left: "member.left",
	denied: "member.denied",
} as const satisfies Record<Membership["state"], keyof MembershipEvents>;

export interface MembershipOptions {
	/** Who does it; absent: the member. */
	readonly actor?: Account;
	/** The remote event that asks for it: the same one changes nothing twice. */
	readonly request?: string;
	/** The other side is told. */
	readonly tell?: boolean;
}

/**
 * Brings a membership into another state: decides on the present one and, if somebody else was quicker, decides again.
 *
 * @param decide the present membership → what it shall be, or `undefined` to leave it
 * @returns the membership as it is then; `undefined`: there is none
 */
export async function changeMembership(
	world: World,
	place: PlaceId,
	account: Account,
	decide: (now: Membership | undefined) => MembershipWish | undefined,
	{ actor = account, request, tell = false }: MembershipOptions = {},
): Promise<{ membership: Membership | undefined; changed: boolean; event?: string }> {
	for (;;) {
		const now = (await world.store.get(memberships, membershipId(place, account.id)))?.doc;
		const wish = decide(now);
		if (wish === undefined || (now !== undefined && isAsWished(now, wish))) return { membership: now, changed: false };
		const generation = (now?.generation ?? 0) + 1;
		const membership = { place, account: account.id, role: now?.role ?? "member", generation, ...wish } as const;
		const before = now?.state === "joined" ? now.reach : undefined;
		const appended = await world.log.append({
			stream: place,
			type: typeOf[wish.state],
			actor: actor.id,
			natural: `member:${place}:${account.id}:${generation}`,
			...(tell ? {} : { without: ["bridge"] as const }),
			...(request === undefined ? {} : { request }),
			body: { membership, ...(before === undefined ? {} : { before }) },
		});
		if (appended.outcome === "appended")
			return { membership: { ...membership, since: appended.event.at }, changed: true, event: appended.event.id };
		if (appended.outcome === "duplicate" && appended.by === "request") return { membership: now, changed: false };
	}
}

function isAsWished(now: Membership, wish: MembershipWish): boolean {
	const sameRole = wish.role === undefined || wish.role === now.role;
	return now.state === wish.state && sameRole && now.reach?.target === wish.reach?.target && wish.request === undefined;
}
