import { PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { joined, type Place, roleIn } from "../groups/place.ts";
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
 * True if an account may do this in a channel that it may read. Remote accounts need no membership where anyone may join: they post
 * in a linked room or reply to messages that were delivered to them, and joining would only be a formality.
 */
export async function may(
	context: Reader,
	action: keyof Permissions,
	place: Place,
	account: Account,
): Promise<boolean> {
	const { channel, group } = place;
	if (group.archived === true) return false;
	const allowed = channel.permissions?.[action] ?? group.permissions[action];
	if (includes(allowed, await roleIn(context, group, channel, account))) return true;
	if (channel.kind === "shadow" && action === "reply") return isLocal(account);
	const couldJoin = !isLocal(account) && group.joinPolicy === "open" && group.personal === undefined;
	return couldJoin && includes(allowed, "member") && (await circleOf(context, place)).leaves === "anywhere";
}

/** Checks that a group is not archived, since then what was said there stays as it is. @throws {PermissionDenied} */
export function assertNotArchived({ archived }: Group): void {
	if (archived === true) throw new PermissionDenied("This group is archived", "group_archived");
}

/** Like {@link may}. @throws {PermissionDenied} */
export async function assertMay(
	context: Reader,
	action: keyof Permissions,
	place: Place,
	account: Account,
): Promise<void> {
	if (!(await may(context, action, place, account))) throw new PermissionDenied(`You may not ${action} here`);
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
