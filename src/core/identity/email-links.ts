import { accountByEmail, emailsOf, proveEmail } from "../accounts/email.ts";
import { accountById } from "../accounts/find-account.ts";
import { NotFound } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import { type Account, addressOf } from "../model/account.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";
import type { IdentityContext } from "./identity.ts";
import { hashOfSecret, newSecret } from "./secret.ts";

/** A link that proves a mail address when it is opened. Its id is the hash of its secret. */
export interface EmailLink extends Expiring {
	readonly account: AccountId;
	/** The address that the link was sent to, encrypted. */
	readonly sentTo: unknown;
}

/** The links, by the hash of their secret. */
export const emailLinks: Collection<EmailLink> = {
	name: "email_links",
	version: 1,
	indexes: { account: { kinds: ["text"], of: (link) => [link.account] }, expiresAt: expiryIndex },
};

const lifeMs = 3 * 86_400_000;

/**
 * Writes to the address that an account has given, unless it is proven: with a link that proves it, or, if it counts for another
 * account, that someone has given it. The caller learns nothing about that, neither from the result nor from its duration.
 *
 * If the process ends before the mail is sent, the user has to ask again.
 *
 * @param from the caller's IP address
 * @throws {TooManyRequests} too many mails to this address or for this IP address
 */
export async function sendEmailLink(context: IdentityContext, account: Account, from: string): Promise<void> {
	const { attempts, background, mail } = context.identity;
	const { given, proven } = await emailsOf(context, account.id);
	if (given === undefined || given === proven || !mail.enabled) return;
	await attempts.spend("recoveryAddress", from);
	await attempts.spend("recovery", context.vault.fingerprint("mailed", given.toLowerCase()));
	background.run("Sending a link to an e-mail address", () => mailLink(context, account, given));
}

/**
 * Writes to the address that an account has given and not proven, because a recovery was requested, which needs a proven one. Not more often
 * than any link is sent there. Does nothing without such an address.
 */
export async function mailLinkBeforeRecovery(context: IdentityContext, account: Account): Promise<void> {
	const { given, proven } = await emailsOf(context, account.id);
	if (given === undefined || proven !== undefined) return;
	// The owner of the address has been told of it once.
	if ((await accountByEmail(context, given)) !== undefined) return;
	await context.identity.attempts.spend("recovery", context.vault.fingerprint("mailed", given.toLowerCase()));
	await mailLink(context, account, given);
}

async function mailLink(context: IdentityContext, account: Account, given: string): Promise<void> {
	const holder = await accountByEmail(context, given);
	const owner = holder === undefined || holder === account.id ? undefined : await accountById(context, holder);
	const text =
		owner === undefined
			? proofMail(context, account, await addLink(context, account.id, given))
			: noticeMail(context, account, owner);
	await context.identity.mail.send({ to: given, ...text });
}

async function addLink(context: IdentityContext, account: AccountId, email: string): Promise<string> {
	const secret = newSecret("cwe");
	const expiresAt = context.clock.now() + lifeMs;
	await context.store.insert(emailLinks, hashOfSecret(secret), {
		account,
		sentTo: context.vault.seal(email),
		expiresAt,
	});
	return `${context.origin}/account/email?link=${secret}`;
}

function proofMail({ identity, origin }: IdentityContext, account: Account, link: string) {
	const text = [
		`The account ${addressOf(account)} at ${identity.instanceName} was given this e-mail address.`,
		"",
		"If that was you, open this link within three days to confirm it:",
		link,
		"",
		`Once it is confirmed, you can request a new password with it: ${origin}/recover`,
		"",
		"If it was not, ignore this mail and don't open the link: the address is not used without it.",
		"",
	].join("\n");
	return { subject: `Confirm your e-mail address for ${addressOf(account)}`, text };
}

function noticeMail({ identity, origin }: IdentityContext, account: Account, owner: Account) {
	const text = [
		`The account ${addressOf(account)} at ${identity.instanceName} was given this e-mail address, which belongs to your`,
		`account ${addressOf(owner)}. An address can belong to one account only, so nothing has changed.`,
		"",
		`If that was you and you have forgotten that you have an account, sign in as ${owner.handle}: ${origin}/login`,
		"If it was not, you can ignore this mail.",
		"",
	].join("\n");
	return { subject: `You already have an account at ${identity.instanceName}`, text };
}

/** The account and the address that a link would prove. @throws {NotFound} as {@link openEmailLink} */
export async function emailLinkState(
	context: IdentityContext,
	secret: string,
): Promise<{ readonly account: Account; readonly email: string }> {
	const link = (await context.store.get(emailLinks, hashOfSecret(secret)))?.doc;
	if (link === undefined || link.expiresAt <= context.clock.now()) throw new NotFound();
	const account = await accountById(context, link.account);
	if (account === undefined || account.deletedAt !== undefined) throw new NotFound();
	const email = context.vault.open(link.sentTo as string) as string;
	const { given, proven } = await emailsOf(context, account.id);
	if (given !== email && proven !== email) throw new NotFound();
	return { account, email };
}

/**
 * Proves the address that a link was sent to. The link may be opened again.
 *
 * @throws {NotFound} the link is unknown or expired, or the account has given another address meanwhile
 * @throws {Conflict} `email_taken` another account has proven the address before
 */
export async function openEmailLink(context: IdentityContext, secret: string): Promise<Account> {
	const { account, email } = await emailLinkState(context, secret);
	if (!(await proveEmail(context, account.id, email))) throw new NotFound();
	return account;
}

/** Deletes the links of an account, for example because its password was set anew: someone else may have given the address. */
export async function endEmailLinks({ store }: Pick<IdentityContext, "store">, account: AccountId): Promise<void> {
	for (;;) {
		const links = await store.page(emailLinks, { index: "account", prefix: [account], order: "asc", limit: 100 });
		for (const { id } of links) await store.delete(emailLinks, id);
		if (links.length < 100) return;
	}
}
