import { InvalidRequest, PermissionDenied } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { Account } from "../model/account.ts";
import type { Role } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { changeMembership } from "./membership-change.ts";
import { joined, type Place, roleIn } from "./place.ts";

/** The roles that can be given; a group has one owner. */
export const givenRoles = ["admin", "member", "guest"] as const;

/**
 * Adds somebody to a channel (design §2: a private channel's people are those who were added), or gives them another role
 * there. They must be in the group.
 *
 * @throws {InvalidRequest} they are not in the group
 * @throws {PermissionDenied} also to make an admin without being the owner
 */
export async function addToChannel(
	world: World,
	place: Place,
	actor: Account,
	account: Account,
	role?: (typeof givenRoles)[number],
): Promise<{ membership: Membership; changed: boolean }> {
	const own = await assertManages(world, place, actor);
	if (role === "admin" && own !== "owner") throw new PermissionDenied("Only owners make admins");
	const isMember = place.group.owner === account.id || (await joined(world, place.group.id, account)) !== undefined;
	if (!isMember) throw new InvalidRequest([{ field: "user", expected: "a member of the group" }]);
	const { membership, changed } = await changeMembership(
		world,
		place.channel.id,
		account,
		(now) => {
			if (now?.state === "joined" && (role === undefined || now.role === "owner")) return undefined;
			return { state: "joined", role: role ?? "member" };
		},
		{ actor },
	);
	if (membership === undefined) throw new Error("Adding somebody left no membership");
	return { membership, changed };
}

/** Takes somebody out of a channel. Idempotent. @throws {PermissionDenied} */
export async function removeFromChannel(world: World, place: Place, actor: Account, account: Account): Promise<void> {
	await assertManages(world, place, actor);
	await changeMembership(
		world,
		place.channel.id,
		account,
		(now) => (now?.state === "joined" ? { state: "left" } : undefined),
		{ actor },
	);
}

async function assertManages(world: World, { group, channel }: Place, actor: Account): Promise<Role> {
	const role = await roleIn(world, group, channel, actor);
	if (role !== "owner" && role !== "admin")
		throw new PermissionDenied("Only owners and admins manage the people of this channel");
	return role;
}
