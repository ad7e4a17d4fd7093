import { createAccount } from "../accounts/create-account.ts";
import { emailFault, setEmail } from "../accounts/email.ts";
import { accountByHandle } from "../accounts/find-account.ts";
import { handleFault } from "../accounts/handles.ts";
import { displayNameFault } from "../accounts/profile-rules.ts";
import { Conflict, type FieldError, InvalidRequest, PermissionDenied, Unavailable } from "../errors.ts";
import { type AccountId, mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { hashPassword, storeCredential } from "./credentials.ts";
import { eraseSecrets } from "./erase.ts";
import type { IdentityWorld } from "./identity.ts";
import { returnInvite, takeInvite } from "./invites.ts";
import { passwordFault } from "./password-rules.ts";

export interface SignUp {
	readonly handle: string;
	readonly password: string;
	readonly displayName?: string;
	readonly email?: string;
	/** The secret of an invitation; needed where registration is by invitation. */
	readonly invite?: string;
	/** The caller's address. */
	readonly from: string;
}

/**
 * Makes an account for somebody who asks for one (OFSCP §4.1, R7 §4.1). All that can be wrong with a field is said at once.
 *
 * The password's hash is stored before the account: whoever is told of their account can sign in to it, and what a crash leaves
 * is a hash that belongs to nobody.
 *
 * @throws {InvalidRequest} with every field that is wrong
 * @throws {Conflict} `handle_taken`, `email_taken`
 * @throws {PermissionDenied} `registration_closed`, `invite_invalid`
 * @throws {TooManyRequests} too many accounts from this address
 * @throws {Unavailable} too many sign in at the moment
 */
export async function signUp(world: IdentityWorld, wish: SignUp): Promise<Account> {
	const { registration, attempts } = world.identity;
	if (registration.mode === "closed")
		throw new PermissionDenied("Accounts are made by the operator here", "registration_closed");
	await checkFields(world, wish);
	await attempts.spend("signUp", wish.from);
	try {
		return await admit(world, wish);
	} catch (error) {
		// What was refused made no account; guessing invitations is what the limit is for.
		if (error instanceof Conflict || error instanceof Unavailable) await attempts.refund("signUp", wish.from);
		throw error;
	}
}

async function checkFields({ domain }: IdentityWorld, { handle, password, email, displayName }: SignUp): Promise<void> {
	const context = {
		handle,
		domain,
		...(email === undefined ? {} : { email }),
		...(displayName === undefined ? {} : { displayName }),
	};
	const faults: readonly (readonly [string, string | undefined])[] = [
		["/handle", handleFault(handle)],
		["/password", await passwordFault(password, context)],
		["/email", email === undefined ? undefined : emailFault(email)],
		["/displayName", displayNameFault(displayName?.trim() || handle)],
	];
	const errors = faults.flatMap(([field, expected]): FieldError[] =>
		expected === undefined ? [] : [{ field, expected }],
	);
	if (errors.length > 0) throw new InvalidRequest(errors);
}

/** Takes the invitation, and gives it back when there is no account after all. */
async function admit(world: IdentityWorld, wish: SignUp): Promise<Account> {
	const { invite } = wish;
	const id = mintId("usr", world.clock.now());
	if (world.identity.registration.mode === "open") return makeAccount(world, id, wish);
	if (invite === undefined || !(await takeInvite(world, invite, id)))
		throw new PermissionDenied("An account needs an invitation here, and this one is not valid", "invite_invalid");
	try {
		return await makeAccount(world, id, wish);
	} catch (error) {
		await returnInvite(world, invite, id);
		throw error;
	}
}

async function makeAccount(
	world: IdentityWorld,
	id: AccountId,
	{ handle, password, email, displayName }: SignUp,
): Promise<Account> {
	// What is taken is found out before the costly part; a handle that is taken meanwhile, behind it.
	if ((await accountByHandle(world, handle, world.domain)) !== undefined)
		throw new Conflict("handle_taken", `The handle ${handle} is taken`);
	const name = displayName?.trim() ?? "";
	try {
		if (email !== undefined) await setEmail(world, id, email);
		await storeCredential(world, id, await hashPassword(world, password));
		return await createAccount(world, { id, handle, ...(name === "" ? {} : { displayName: name }) });
	} catch (error) {
		// After any other error the account may be there.
		if (error instanceof Conflict || error instanceof Unavailable) await eraseSecrets(world, id);
		throw error;
	}
}
