import { InvalidRequest, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import type { Role } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { changeMembership } from "./membership-change.ts";
import { joined, type Place, roleIn } from "./place.ts";

/** The roles that can be assigned; a group has exactly one owner. */
export const givenRoles = ["admin", "member", "guest"] as const;

/**
 * Adds an account to a channel, or changes its role there (design §2: a private channel is read by the accounts that were added). The
 * account must be a member of the group.
 *
 * @throws {InvalidRequest} the account is not a member of the group
 * @throws {PermissionDenied} `actor` is neither owner nor admin, or makes an admin without being the owner
 */
export async function addToChannel(
	context: CoreContext,
	place: Place,
	actor: Account,
	account: Account,
	role?: (typeof givenRoles)[number],
): Promise<{ membership: Membership; changed: boolean }> {
	const own = await assertManages(context, place, actor);
	if (role === "admin" && own !== "owner") throw new PermissionDenied("Only the owner can make someone an admin");
	const isMember = place.group.owner === account.id || (await joined(context, place.group.id, account)) !== undefined;
	if (!isMember) throw new InvalidRequest([{ field: "user", expected: "a member of the group" }]);
	const { membership, changed } = await changeMembership(
		context,
		place.channel.id,
		account,
		(now) => {
			if (now?.state === "joined" && (role === undefined || now.role === "owner")) return undefined;
			return { state: "joined", role: role ?? "member" };
		},
		{ actor },
	);
	if (membership === undefined) throw new Error("Adding a member left no membership");
	return { membership, changed };
}

/** Removes an account from a channel. Idempotent. @throws {PermissionDenied} */
export async function removeFromChannel(
	context: CoreContext,
	place: Place,
	actor: Account,
	account: Account,
): Promise<void> {
	await assertManages(context, place, actor);
	await changeMembership(
		context,
		place.channel.id,
		account,
		(now) => (now?.state === "joined" ? { state: "left" } : undefined),
		{ actor },
	);
}

async function assertManages(context: CoreContext, { group, channel }: Place, actor: Account): Promise<Role> {
	const role = await roleIn(context, group, channel, actor);
	if (role !== "owner" && role !== "admin")
		throw new PermissionDenied("Only owners and admins can manage the members of this channel");
	return role;
}
