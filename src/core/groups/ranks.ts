import { PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import { type Group, type Role, roles } from "../model/group.ts";
import { roleIn } from "./place.ts";

/** The roles that can be assigned; a group has exactly one owner. */
export const givenRoles = ["admin", "member", "guest"] as const;
/** A role that can be assigned. */
export type GivenRole = (typeof givenRoles)[number];

/** True if a role ranks higher than another one, or than having none. */
export const outranks = (role: Role, other: Role | undefined): boolean =>
	other === undefined || roles.indexOf(role) < roles.indexOf(other);

/**
 * Checks that an account may manage the members of a group or channel: owners and admins may.
 *
 * @returns its role
 * @throws {PermissionDenied}
 */
export async function assertManages(
	context: CoreContext,
	group: Group,
	channel: Channel | undefined,
	actor: Account,
): Promise<"owner" | "admin"> {
	const role = await roleIn(context, group, channel, actor);
	if (role === "owner" || role === "admin") return role;
	throw new PermissionDenied("Only owners and admins can manage members here");
}

/**
 * Checks that a manager may change or end the membership of someone with a role: only of a lower one. The owner of the group may always.
 *
 * @throws {PermissionDenied}
 */
export function assertOutranks(
	group: Group,
	actor: { readonly account: Account; readonly role: Role },
	other: Role | undefined,
): void {
	if (group.owner !== actor.account.id && !outranks(actor.role, other))
		throw new PermissionDenied("Only someone of a higher role can change this membership");
}
