import { PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Premise } from "../events/premise.ts";
import { joined, type Place } from "../groups/place.ts";
import { sameGroup, standingIn } from "../groups/standing.ts";
import { type Account, isLocal } from "../model/account.ts";
import { type Group, type Permissions, type Role, roles } from "../model/group.ts";
import { circleOf } from "./circle.ts";

type Reader = Pick<CoreContext, "store">;

/** True if `allowed` includes `role` or a lower role (OFSCP §5.2). */
function includes(allowed: readonly (Role | "anyone")[], role: Role | undefined): boolean {
	if (allowed.includes("anyone")) return true;
	if (role === undefined) return false;
	const rank = roles.indexOf(role);
	return allowed.some((other) => other !== "anyone" && rank <= roles.indexOf(other));
}

/**
 * Whether an account may do something, as a decision for a write.
 *
 * @returns the premises that it still may; `undefined` if it may not
 */
async function permission(
	context: Reader,
	action: keyof Permissions,
	place: Place,
	account: Account,
): Promise<readonly Premise[] | undefined> {
	const { channel, group } = place;
	if (group.archived === true) return undefined;
	const allowed = channel.permissions?.[action] ?? group.permissions[action];
	// What anyone may do depends on no role.
	if (allowed.includes("anyone")) return sameGroup(group);
	const { role, premises } = await standingIn(context, group, channel, account);
	if (includes(allowed, role)) return premises;
	if (channel.kind === "shadow" && action === "reply") return isLocal(account) ? [] : undefined;
	const couldJoin = !isLocal(account) && group.joinPolicy === "open" && group.personal === undefined;
	const canJoin = couldJoin && includes(allowed, "member") && (await circleOf(context, place)).leaves === "anywhere";
	return canJoin ? sameGroup(group) : undefined;
}

/**
 * True if an account may do this in a channel that it may read. Remote accounts need no membership where anyone may join: they post
 * in a linked room or reply to messages that were delivered to them, and joining would only be a formality.
 */
export const may = async (
	context: Reader,
	action: keyof Permissions,
	place: Place,
	account: Account,
): Promise<boolean> => (await permission(context, action, place, account)) !== undefined;

/** Checks that a group is not archived, since then what was said there stays as it is. @throws {PermissionDenied} */
export function assertNotArchived({ archived }: Group): void {
	if (archived === true) throw new PermissionDenied("This group is archived", "group_archived");
}

/** Like {@link may}. @returns the premises that the account still may (ADR 4) @throws {PermissionDenied} */
export async function assertMay(
	context: Reader,
	action: keyof Permissions,
	place: Place,
	account: Account,
	refusal = `You may not ${action} here`,
): Promise<readonly Premise[]> {
	const premises = await permission(context, action, place, account);
	if (premises === undefined) throw new PermissionDenied(refusal);
	return premises;
}

/**
 * Accounts of other providers may only post in channels that they have joined; local accounts only need the permission.
 *
 * @throws {PermissionDenied} `not_joined`
 */
export async function assertTakesPart(context: Reader, { channel, group }: Place, account: Account): Promise<void> {
	if (isLocal(account) || (await joined(context, channel.id, account, group.id)) !== undefined) return;
	throw new PermissionDenied("Join this channel first", "not_joined");
}
