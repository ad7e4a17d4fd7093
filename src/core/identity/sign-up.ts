import { createAccount } from "../accounts/create-account.ts";
import { emailFault, giveEmail } from "../accounts/email.ts";
import { accountByHandle } from "../accounts/find-account.ts";
import { handleFault } from "../accounts/handles.ts";
import { displayNameFault } from "../accounts/profile-rules.ts";
import { cleanName } from "../clean-text.ts";
import {
	Conflict,
	type FieldError,
	InvalidRequest,
	PermissionDenied,
	TooManyRequests,
	Unavailable,
} from "../errors.ts";
import { type AccountId, mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { hashPassword, storeCredential } from "./credentials.ts";
import { sendEmailLink } from "./email-links.ts";
import { eraseSecrets } from "./erase.ts";
import type { IdentityContext } from "./identity.ts";
import { redeemInvite, releaseInvite } from "./invites.ts";
import { passwordFault } from "./password-rules.ts";

/** The fields of a sign-up. */
export interface SignUp {
	readonly handle: string;
	readonly password: string;
	readonly displayName?: string;
	readonly email?: string;
	/** The secret of an invitation; required if registration is by invitation. */
	readonly invite?: string;
	/** The caller's IP address. */
	readonly from: string;
}

/**
 * Creates an account for a visitor (OFSCP §4.1, R7 §4.1). All invalid fields are reported at once.
 *
 * The password's hash is stored before the account is created, so that an account that was acknowledged can be signed in to. A crash in
 * between leaves a hash without an account.
 *
 * @throws {InvalidRequest} with every invalid field
 * A mail address gets a link, or a notice if it belongs to another account; the answer is the same for both.
 *
 * @throws {Conflict} `handle_taken`
 * @throws {PermissionDenied} `registration_closed`, `invite_invalid`
 * @throws {TooManyRequests} too many accounts from this IP address
 * @throws {Unavailable} too many passwords are being hashed
 */
export async function signUp(context: IdentityContext, fields: SignUp): Promise<Account> {
	const { registration, attempts } = context.identity;
	if (registration.mode === "closed")
		throw new PermissionDenied("Accounts on this provider are created by its operator", "registration_closed");
	await checkFields(context, fields);
	await attempts.spend("signUp", fields.from);
	try {
		const account = await createInvited(context, fields);
		// The account exists, whether or not a mail may be sent.
		await sendEmailLink(context, account, fields.from).catch(ignoreLimit);
		return account;
	} catch (error) {
		// No account was created. A wrong invitation stays counted, since the limit also protects against guessing.
		if (error instanceof Conflict || error instanceof Unavailable) await attempts.refund("signUp", fields.from);
		throw error;
	}
}

function ignoreLimit(error: unknown): void {
	if (!(error instanceof TooManyRequests)) throw error;
}

async function checkFields(
	{ domain }: IdentityContext,
	{ handle, password, email, displayName }: SignUp,
): Promise<void> {
	const passwordContext = {
		handle,
		domain,
		...(email === undefined ? {} : { email }),
		...(displayName === undefined ? {} : { displayName }),
	};
	const faults: readonly (readonly [string, string | undefined])[] = [
		["/handle", handleFault(handle)],
		["/password", await passwordFault(password, passwordContext)],
		["/email", email === undefined ? undefined : emailFault(email)],
		["/displayName", displayNameFault(displayName?.trim() || handle)],
	];
	const errors = faults.flatMap(([field, expected]): FieldError[] =>
		expected === undefined ? [] : [{ field, expected }],
	);
	if (errors.length > 0) throw new InvalidRequest(errors);
}

/** Redeems the invitation if one is required, and releases it if no account is created. */
async function createInvited(context: IdentityContext, fields: SignUp): Promise<Account> {
	const { invite } = fields;
	const id = mintId("usr", context.clock.now());
	if (context.identity.registration.mode === "open") return makeAccount(context, id, fields);
	if (invite === undefined || !(await redeemInvite(context, invite, id)))
		throw new PermissionDenied("Registration requires an invitation, and this one is not valid", "invite_invalid");
	try {
		return await makeAccount(context, id, fields);
	} catch (error) {
		await releaseInvite(context, invite, id);
		throw error;
	}
}

async function makeAccount(
	context: IdentityContext,
	id: AccountId,
	{ handle, password, email, displayName }: SignUp,
): Promise<Account> {
	// A taken handle is detected before the costly hash; one that is taken meanwhile, after it.
	if ((await accountByHandle(context, handle, context.domain)) !== undefined)
		throw new Conflict("handle_taken", `The handle ${handle} is taken`);
	const name = cleanName(displayName ?? "");
	try {
		if (email !== undefined) await giveEmail(context, id, email);
		await storeCredential(context, id, await hashPassword(context, password));
		return await createAccount(context, { id, handle, ...(name === "" ? {} : { displayName: name }) });
	} catch (error) {
		// After any other error the account may exist.
		if (error instanceof Conflict || error instanceof Unavailable) await eraseSecrets(context, id);
		throw error;
	}
}
