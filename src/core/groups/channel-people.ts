import { InvalidRequest } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import type { Membership } from "../model/membership.ts";
import { requestOf } from "./membership.ts";
import { changeMembership } from "./membership-change.ts";
import type { Place } from "./place.ts";
import { asManager, assertGives, assertOutranks, type GivenRole } from "./ranks.ts";

/**
 * Adds an account to a channel, or changes its role there (design §2: a private channel is read by the accounts that were added). The
 * account must be a member of the group.
 *
 * @throws {InvalidRequest} the account is not a member of the group
 * @throws {PermissionDenied} `actor` is neither owner nor admin, makes an admin without being the owner, or changes a role as high as its own
 */
export async function addToChannel(
	context: CoreContext,
	{ group, channel }: Place,
	actor: Account,
	account: Account,
	role?: GivenRole,
): Promise<{ membership: Membership; changed: boolean }> {
	const { membership, changed } = await changeMembership(
		context,
		channel.id,
		account,
		(now, inGroup, own) => {
			assertGives(role, own);
			if (group.owner !== account.id && inGroup?.state !== "joined")
				throw new InvalidRequest([{ field: "user", expected: "a member of the group" }]);
			if (now?.state !== "joined") return { state: "joined", role: role ?? "member" };
			if (role === undefined || role === now.role || now.role === "owner") return undefined;
			if (account.id !== actor.id) assertOutranks(group, { account: actor, role: own }, now.role);
			return { state: "joined", role, ...(now.reach === undefined ? {} : { reach: now.reach }), ...requestOf(now) };
		},
		asManager(context, { group, channel }, actor),
	);
	if (membership === undefined) throw new Error("Adding a member left no membership");
	return { membership, changed };
}

/** Removes an account from a channel. Idempotent. @throws {PermissionDenied} */
export async function removeFromChannel(
	context: CoreContext,
	{ group, channel }: Place,
	actor: Account,
	account: Account,
): Promise<void> {
	await changeMembership(
		context,
		channel.id,
		account,
		(now, _, own) => {
			if (now?.state !== "joined") return undefined;
			assertOutranks(group, { account: actor, role: own }, now.role);
			return { state: "left", ...requestOf(now) };
		},
		asManager(context, { group, channel }, actor),
	);
}
