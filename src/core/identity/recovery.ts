import { emailsOf, giverOfEmail } from "../accounts/email.ts";
import { accountById } from "../accounts/find-account.ts";
import { NotFound } from "../errors.ts";
import type { Account } from "../model/account.ts";
import { hashPassword } from "./credentials.ts";
import { mailLinkBeforeRecovery } from "./email-links.ts";
import type { IdentityContext } from "./identity.ts";
import { accountByName, subjectOf } from "./log-in.ts";
import { passwordContext } from "./password-context.ts";
import { checkPassword } from "./password-rules.ts";
import { type Recovery, recoveries } from "./recoveries.ts";
import { replacePassword } from "./replace-password.ts";
import { hashOfSecret, newSecret } from "./secret.ts";
import { endTotp } from "./totp.ts";

const lifeMs = 60 * 60_000;

/**
 * Sends a recovery link to the mail address of an account. An address that is not proven gets a link that proves it instead. The result and its
 * duration do not depend on whether there is such an account, an address or a mail server.
 *
 * If the process ends before the mail is sent, the user has to ask again.
 *
 * @throws {TooManyRequests} too many links for this account or from this IP address
 */
export async function askRecovery(
	context: IdentityContext,
	{ name, from }: { readonly name: string; readonly from: string },
): Promise<void> {
	const { attempts, background, mail } = context.identity;
	const account = (await accountByName(context, name)) ?? (await accountOfGiver(context, name));
	await attempts.spend("recoveryAddress", from);
	await attempts.spend("recovery", subjectOf(context, account, name));
	if (account === undefined || !mail.enabled) return;
	background.run("Sending a recovery link", async () => {
		const { proven: to } = await emailsOf(context, account.id);
		if (to === undefined) return mailLinkBeforeRecovery(context, account);
		await mail.send({
			to,
			...recoveryMail(context, account, await addLink(context, account, { sentTo: fingerprintOf(context, to) })),
		});
	});
}

/** The account that has given a mail address to an earlier version, which asked for no proof: its owner may know no other name of it. */
async function accountOfGiver(context: IdentityContext, email: string): Promise<Account | undefined> {
	const giver = await giverOfEmail(context, email.trim());
	const account = giver === undefined ? undefined : await accountById(context, giver);
	return account?.deletedAt === undefined ? account : undefined;
}

function recoveryMail(
	{ identity }: IdentityContext,
	{ handle }: Account,
	link: string,
): { subject: string; text: string } {
	const text = [
		`A new password was requested for @${handle} at ${identity.instanceName}.`,
		"",
		"You can set it here within an hour:",
		link,
		"",
		"If you did not request it, you can ignore this mail. Your password stays as it is.",
		"",
	].join("\n");
	return { subject: `A new password for @${handle}`, text };
}

/**
 * Creates a recovery link; earlier links stay valid. The operator's command line uses it, too.
 *
 * @param options.resetsFactor also removes the second factor, for an owner who has lost it and its recovery codes
 */
export const recoveryLink = (
	context: LinkDependencies,
	account: Pick<Account, "id">,
	{ resetsFactor = false }: { readonly resetsFactor?: boolean } = {},
): Promise<string> => addLink(context, account, resetsFactor ? { resetsFactor } : {});

type LinkDependencies = Pick<IdentityContext, "store" | "clock" | "origin">;

async function addLink(
	context: LinkDependencies,
	account: Pick<Account, "id">,
	what: Pick<Recovery, "sentTo" | "resetsFactor">,
): Promise<string> {
	const secret = newSecret("cwr");
	const now = context.clock.now();
	await context.store.insert(recoveries, hashOfSecret(secret), {
		account: account.id,
		...what,
		createdAt: now,
		expiresAt: now + lifeMs,
	});
	return `${context.origin}/recover?link=${secret}`;
}

/** The account whose password a link sets; `undefined` if the link is unknown, used or expired. */
export async function recoveryState(
	context: Pick<IdentityContext, "store" | "clock" | "vault">,
	secret: string,
): Promise<Account | undefined> {
	const link = (await context.store.get(recoveries, hashOfSecret(secret)))?.doc;
	if (link === undefined || link.expiresAt <= context.clock.now()) return undefined;
	if (link.sentTo !== undefined) {
		const { proven: email } = await emailsOf(context, link.account);
		if (email === undefined || link.sentTo !== fingerprintOf(context, email)) return undefined;
	}
	const account = await accountById(context, link.account);
	return account?.deletedAt === undefined ? account : undefined;
}

const fingerprintOf = ({ vault }: Pick<IdentityContext, "vault">, email: string): string =>
	vault.fingerprint("recovery", email);

/**
 * Sets a new password with a link, once, and ends all sessions.
 *
 * The link is deleted before the password is set, so that a crash in between costs another link, but one link never sets two passwords.
 *
 * @param options.endAll whether personal access tokens and passkeys end too, which a thief of the old password could have made
 * @throws {InvalidRequest} `/password`; the link can be used again
 * @throws {NotFound} the link is unknown, used or expired
 * @throws {Unavailable} too many passwords are being hashed
 */
export async function recover(
	context: IdentityContext,
	secret: string,
	newPassword: string,
	{ endAll = false }: { readonly endAll?: boolean } = {},
): Promise<Account> {
	const account = await recoveryState(context, secret);
	if (account === undefined) throw new NotFound();
	await checkPassword(newPassword, await passwordContext(context, account));
	const credential = await hashPassword(context, newPassword);
	const link = await context.store.get(recoveries, hashOfSecret(secret));
	if (link === undefined || !(await context.store.delete(recoveries, link.id, link.rev))) throw new NotFound();
	if (link.doc.resetsFactor === true) await endTotp(context, account);
	await replacePassword(context, account.id, credential, { endAll });
	return account;
}
