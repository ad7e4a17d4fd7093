import { InvalidRequest, PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import { endInChannels } from "./end-in-channels.ts";
import { hasEnded, requestOf } from "./membership.ts";
import { changeMembership } from "./membership-change.ts";
import { asManager, assertGives, assertOutranks, type GivenRole } from "./ranks.ts";

/**
 * Changes the role of a member of a group.
 *
 * @throws {InvalidRequest} the account is not a member
 * @throws {PermissionDenied} `actor` is neither owner nor admin, makes an admin without being the owner, or changes a role as high as its own
 */
export async function setGroupRole(
	context: CoreContext,
	group: Group,
	actor: Account,
	account: Account,
	role?: GivenRole,
): Promise<{ membership: Membership; changed: boolean }> {
	const { membership, changed } = await changeMembership(
		context,
		group.id,
		account,
		(now, _, own) => {
			assertGives(role, own);
			if (now?.state !== "joined") throw new InvalidRequest([{ field: "user", expected: "a member of the group" }]);
			if (role === undefined || role === now.role) return undefined;
			if (account.id === group.owner)
				throw new PermissionDenied("The owner stays the owner until the group is handed over");
			if (account.id !== actor.id) assertOutranks(group, { account: actor, role: own }, now.role);
			return { state: "joined", role, ...(now.reach === undefined ? {} : { reach: now.reach }), ...requestOf(now) };
		},
		asManager(context, { group }, actor),
	);
	if (membership === undefined) throw new Error("Changing a role left no membership");
	return { membership, changed };
}

/**
 * Removes an account from a group and with the same event from all its channels. People of other networks who have only joined channels are
 * removed from these. Idempotent.
 *
 * @throws {PermissionDenied} `actor` is neither owner nor admin, or the account's role is as high as the actor's
 */
export async function removeFromGroup(
	context: CoreContext,
	group: Group,
	actor: Account,
	account: Account,
): Promise<void> {
	if (account.id === group.owner) throw new PermissionDenied("The owner can't be removed");
	await changeMembership(
		context,
		group.id,
		account,
		(now, _, own) => {
			if (now === undefined || hasEnded(now)) return undefined;
			assertOutranks(group, { account: actor, role: own }, now.role);
			return { state: "left" };
		},
		asManager(context, { group }, actor),
	);
	await endInChannels(context, group.id, account, { which: "all", actor });
}
