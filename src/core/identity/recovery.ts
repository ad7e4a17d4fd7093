import { emailOf } from "../accounts/email.ts";
import { accountById } from "../accounts/find-account.ts";
import { NotFound } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";
import { hashPassword, storeCredential } from "./credentials.ts";
import type { IdentityWorld } from "./identity.ts";
import { accountByName, subjectOf } from "./log-in.ts";
import { passwordContext } from "./password-context.ts";
import { checkPassword } from "./password-rules.ts";
import { hashOfSecret, newSecret } from "./secret.ts";
import { endSessions } from "./sessions.ts";
import { endTotp } from "./totp.ts";

/** A link by which somebody who has lost their password sets a new one; its id is the hash of its secret. */
export interface Recovery {
	readonly account: AccountId;
	/** The fingerprint of the mail address that it was sent to: it is void when that is not the account's any more. */
	readonly sentTo?: string;
	/** The second factor is given up too. */
	readonly resetsFactor?: true;
	readonly createdAt: number;
	readonly expiresAt: number;
}

export const recoveries: Collection<Recovery> = {
	name: "recoveries",
	version: 1,
	indexes: {
		account: { kinds: ["text", "int"], of: (link) => [link.account, link.createdAt] },
		expiresAt: expiryIndex,
	},
};

const lifeMs = 60 * 60_000;

/**
 * Sends a recovery link to the mail address of an account. Resolves alike, and as quickly, whether or not there is such an
 * account, an address or a mail server.
 *
 * A link that is lost with the process before its mail is sent is asked for again.
 *
 * @throws {TooManyRequests} too many links for this account or from this address
 */
export async function askRecovery(
	world: IdentityWorld,
	{ name, from }: { readonly name: string; readonly from: string },
): Promise<void> {
	const { attempts, background, mail } = world.identity;
	const account = await accountByName(world, name);
	await attempts.spend("recoveryAddress", from);
	await attempts.spend("recovery", subjectOf(world, account, name));
	if (account === undefined || !mail.enabled) return;
	background.run("Sending a recovery link", async () => {
		const to = await emailOf(world, account.id);
		if (to === undefined) return;
		await mail.send({ to, ...letter(world, account, await addLink(world, account, { sentTo: printOf(world, to) })) });
	});
}

function letter({ identity }: IdentityWorld, { handle }: Account, link: string): { subject: string; text: string } {
	const text = [
		`Somebody, hopefully you, has lost the password of @${handle} at ${identity.instanceName}.`,
		"",
		"Set a new one here, within an hour:",
		link,
		"",
		"If it was not you, nothing needs to be done: the password stays as it is.",
		"",
	].join("\n");
	return { subject: `A new password for @${handle}`, text };
}

/**
 * Makes a recovery link; a new one is good beside those of before. For the operator's command line, too.
 *
 * @param options.resetsFactor whoever has lost their second factor and its recovery codes needs no code from then on
 */
export const recoveryLink = (
	world: Maker,
	account: Account,
	{ resetsFactor = false }: { readonly resetsFactor?: boolean } = {},
): Promise<string> => addLink(world, account, resetsFactor ? { resetsFactor } : {});

type Maker = Pick<IdentityWorld, "store" | "clock" | "origin">;

async function addLink(
	world: Maker,
	account: Account,
	what: Pick<Recovery, "sentTo" | "resetsFactor">,
): Promise<string> {
	const secret = newSecret("cwr");
	const now = world.clock.now();
	await world.store.insert(recoveries, hashOfSecret(secret), {
		account: account.id,
		...what,
		createdAt: now,
		expiresAt: now + lifeMs,
	});
	return `${world.origin}/recover?link=${secret}`;
}

/** Whose password a link sets; `undefined`: the link is used up, too old, or none. */
export async function recoveryState(
	world: Pick<IdentityWorld, "store" | "clock" | "vault">,
	secret: string,
): Promise<Account | undefined> {
	const link = (await world.store.get(recoveries, hashOfSecret(secret)))?.doc;
	if (link === undefined || link.expiresAt <= world.clock.now()) return undefined;
	if (link.sentTo !== undefined) {
		const email = await emailOf(world, link.account);
		if (email === undefined || link.sentTo !== printOf(world, email)) return undefined;
	}
	const account = await accountById(world, link.account);
	return account?.deletedAt === undefined ? account : undefined;
}

const printOf = ({ vault }: Pick<IdentityWorld, "vault">, email: string): string =>
	vault.fingerprint("recovery", email);

/**
 * Sets a new password by a link, once, and ends all sessions. Personal access tokens stay, to be looked through.
 *
 * The link goes before the password comes: a crash between costs another link, never gives two passwords for one. Sessions end
 * before it, so that no crash leaves a thief signed in beside the new password, and once more behind it, for what was begun with
 * the old one meanwhile.
 *
 * @throws {InvalidRequest} `/password`: the link can be used again
 * @throws {NotFound} the link is used up, too old, or none
 * @throws {Unavailable} too many sign in at the moment
 */
export async function recover(world: IdentityWorld, secret: string, newPassword: string): Promise<Account> {
	const account = await recoveryState(world, secret);
	if (account === undefined) throw new NotFound();
	await checkPassword(newPassword, await passwordContext(world, account));
	const credential = await hashPassword(world, newPassword);
	const link = await world.store.get(recoveries, hashOfSecret(secret));
	if (link === undefined || !(await world.store.delete(recoveries, link.id, link.rev))) throw new NotFound();
	await endSessions(world, account.id, { kinds: ["session", "device"] });
	if (link.doc.resetsFactor === true) await endTotp(world, account);
	await storeCredential(world, account.id, credential);
	await endRecoveries(world, account.id);
	await endSessions(world, account.id, { kinds: ["session", "device"] });
	return account;
}

/** Makes every link of an account void: who has a new password has no use for them, and a thief would. */
export async function endRecoveries({ store }: Pick<IdentityWorld, "store">, account: AccountId): Promise<void> {
	for (;;) {
		const links = await store.page(recoveries, { index: "account", prefix: [account], order: "asc", limit: 100 });
		for (const { id } of links) await store.delete(recoveries, id);
		if (links.length < 100) return;
	}
}
