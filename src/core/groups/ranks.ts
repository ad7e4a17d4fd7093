import { PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import { type Group, type Role, roles } from "../model/group.ts";
import { groups } from "./group.ts";
import type { MembershipOptions } from "./membership-change.ts";
import type { Place } from "./place.ts";
import { type Standing, standingIn } from "./standing.ts";

/** The roles that can be assigned; a group has exactly one owner. */
export const givenRoles = ["admin", "member", "guest"] as const;
/** A role that can be assigned. */
export type GivenRole = (typeof givenRoles)[number];

/** True if a role ranks higher than another one, or than having none. */
export const outranks = (role: Role, other: Role | undefined): boolean =>
	other === undefined || roles.indexOf(role) < roles.indexOf(other);

/**
 * Checks that an account may do what owners and admins of a group or channel may, such as managing its members.
 *
 * @param refusal what the account is told if it may not
 * @throws {PermissionDenied}
 */
export async function assertManages(
	context: CoreContext,
	{ group, channel }: Partial<Place> & Pick<Place, "group">,
	actor: Account,
	refusal = "Only owners and admins can manage members here",
): Promise<Standing & { readonly role: "owner" | "admin" }> {
	const now = (await context.store.get(groups, group.id))?.doc ?? group;
	const { role, premises } = await standingIn(context, now, channel, actor);
	if (role === "owner" || role === "admin") return { role, premises };
	throw new PermissionDenied(refusal);
}

/** The circumstances of a change that an account makes as owner or admin of a group or channel. It throws {@link PermissionDenied}. */
export const asManager = (
	context: CoreContext,
	place: Parameters<typeof assertManages>[1],
	actor: Account,
	refusal?: string,
): Pick<MembershipOptions, "actor" | "standing"> => ({
	actor,
	standing: () => assertManages(context, place, actor, refusal),
});

/** Checks that only the owner makes an admin. @throws {PermissionDenied} */
export function assertGives(role: GivenRole | undefined, own: Role | undefined): void {
	if (role === "admin" && own !== "owner") throw new PermissionDenied("Only the owner can make someone an admin");
}

/**
 * Checks that a manager may change or end the membership of someone with a role: only of a lower one. The owner of the group may always.
 *
 * @throws {PermissionDenied}
 */
export function assertOutranks(
	group: Group,
	actor: { readonly account: Account; readonly role: Role | undefined },
	other: Role | undefined,
): void {
	if (group.owner !== actor.account.id && (actor.role === undefined || !outranks(actor.role, other)))
		throw new PermissionDenied("Only someone of a higher role can change this membership");
}
