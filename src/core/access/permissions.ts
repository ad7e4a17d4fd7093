import { PermissionDenied } from "../errors.ts";
import type { World } from "../events/world.ts";
import { joined, type Place, roleIn } from "../groups/place.ts";
import { type Account, isLocal } from "../model/account.ts";
import { type Permissions, type Role, roles } from "../model/group.ts";
import { canFederate } from "./access.ts";

type Reader = Pick<World, "store">;

/** True when whoever has `role` may do what `allowed` lists: a higher role may do what a lower one may (OFSCP §5.2). */
function includes(allowed: readonly (Role | "anyone")[], role: Role | undefined): boolean {
	if (allowed.includes("anyone")) return true;
	if (role === undefined) return false;
	const rank = roles.indexOf(role);
	return allowed.some((other) => other !== "anyone" && rank <= roles.indexOf(other));
}

/**
 * True when somebody may do this in a channel. People of other networks need no membership where anyone may join: they
 * come through a linked room or answer what was sent to them, and joining would only be a formality.
 */
export async function may(
	world: Reader,
	action: keyof Permissions,
	{ channel, group }: Place,
	account: Account,
): Promise<boolean> {
	const allowed = channel.permissions?.[action] ?? group.permissions[action];
	if (includes(allowed, await roleIn(world, group, channel, account))) return true;
	if (channel.shadow === true && action === "reply") return isLocal(account);
	const isVisitor =
		!isLocal(account) && group.joinPolicy === "open" && group.personal === undefined && canFederate(channel);
	return isVisitor && includes(allowed, "member");
}

/** @throws {PermissionDenied} */
export async function assertMay(
	world: Reader,
	action: keyof Permissions,
	place: Place,
	account: Account,
): Promise<void> {
	if (!(await may(world, action, place, account))) throw new PermissionDenied(`You may not ${action} here`);
}

/**
 * Somebody of another provider says something only where they have joined; our own people need no more than the permission.
 *
 * @throws {PermissionDenied} `not_joined`
 */
export async function assertTakesPart(world: Reader, { channel }: Place, account: Account): Promise<void> {
	if (isLocal(account) || (await joined(world, channel.id, account)) !== undefined) return;
	throw new PermissionDenied("Join this channel first", "not_joined");
}
