import { Conflict, InvalidRequest } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import { changePrivateData, type PrivateData, privateDataOf } from "./private-data.ts";

/**
 * The account that a mail address counts for, by the address's fingerprint: it opened a link that was sent there. An address counts for
 * one account.
 */
interface EmailOwner {
	readonly account: AccountId;
	readonly since: number;
	/** Absent for an address that an earlier version accepted without a link. It does not count. */
	readonly provenAt?: number;
}

/** The owners of mail addresses. The address itself is only stored encrypted, in {@link privateDataOf}. */
export const emailOwners: Collection<EmailOwner> = {
	name: "email_owners",
	version: 1,
	indexes: { account: { kinds: ["text"], of: (owner) => [owner.account] } },
};

type Dependencies = Pick<CoreContext, "store" | "clock" | "vault">;

const shape =
	/^[^\s@<>()[\]\\,;:"]{1,64}@(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** What was expected instead of a mail address that is not well-formed; `undefined` if it is. */
export const emailFault = (email: string): string | undefined =>
	email.length <= 254 && shape.test(email) && !hasControls(email) ? undefined : "a mail address";

const hasControls = (text: string): boolean => /\p{Control}/u.test(text);

/** Addresses that differ only in case count as one, since mail servers treat them so. */
const ownerId = ({ vault }: Pick<CoreContext, "vault">, email: string): string =>
	vault.fingerprint("email", email.normalize("NFKC").toLowerCase());

/** The mail addresses of an account. They must only be shown to that account. */
export interface Emails {
	/** The newest address that the account has given. */
	readonly given?: string;
	/** The address that counts: recovery links are sent there, and it can be used to log in. */
	readonly proven?: string;
}

export async function emailsOf(context: Pick<CoreContext, "store" | "vault">, account: AccountId): Promise<Emails> {
	const { email, unprovenEmail } = await privateDataOf(context, account);
	const open = (sealed: unknown): string | undefined =>
		sealed === undefined ? undefined : (context.vault.open(sealed as string) as string);
	const [known, unproven] = [open(email), open(unprovenEmail)];
	// An earlier version accepted addresses without a link, and another account may have proven this one.
	const counts = known !== undefined && (await accountByEmail(context, known)) === account;
	const given = unproven ?? known;
	return { ...(given === undefined ? {} : { given }), ...(counts ? { proven: known } : {}) };
}

/** The account that a mail address counts for: the one that has proven it. */
export async function accountByEmail(
	context: Pick<CoreContext, "store" | "vault">,
	email: string,
): Promise<AccountId | undefined> {
	const owner = await ownerOf(context, email);
	return owner?.provenAt === undefined ? undefined : owner.account;
}

/** The account from which an earlier version accepted a mail address without a link, if no account has proven it since. */
export async function giverOfEmail(
	context: Pick<CoreContext, "store" | "vault">,
	email: string,
): Promise<AccountId | undefined> {
	const owner = await ownerOf(context, email);
	return owner?.provenAt === undefined ? owner?.account : undefined;
}

async function ownerOf(context: Pick<CoreContext, "store" | "vault">, email: string): Promise<EmailOwner | undefined> {
	if (emailFault(email) !== undefined) return undefined;
	return (await context.store.get(emailOwners, ownerId(context, email)))?.doc;
}

/**
 * Stores the mail address that an account gives, or removes all. A new address does not count before it is proven; until then the
 * previous one does.
 *
 * @param email `undefined` removes the addresses
 * @throws {InvalidRequest} `/email`
 */
export async function giveEmail(context: Dependencies, account: AccountId, email: string | undefined): Promise<void> {
	const fault = email === undefined ? undefined : emailFault(email);
	if (fault !== undefined) throw new InvalidRequest([{ field: "/email", expected: fault }]);
	const { proven } = await emailsOf(context, account);
	const isProven = email !== undefined && email === proven;
	await changePrivateData(context, account, (now) => {
		const rest = withoutEmails(now);
		if (email === undefined) return rest;
		const kept = now.email === undefined ? rest : { ...rest, email: now.email };
		return isProven ? kept : { ...kept, unprovenEmail: context.vault.seal(email) };
	});
	if (email === undefined) await releaseEmails(context, account);
}

/**
 * Makes a mail address count for an account that has received a link there. Idempotent: after a crash the link can be opened again.
 *
 * @returns false if the account has given another address meanwhile
 * @throws {Conflict} `email_taken` another account has proven the address before
 */
export async function proveEmail(context: Dependencies, account: AccountId, email: string): Promise<boolean> {
	const { given, proven } = await emailsOf(context, account);
	if (given !== email && proven !== email) return false;
	await claimEmail(context, account, email);
	await changePrivateData(context, account, (now) => ({
		...withoutEmails(now),
		email: context.vault.seal(email),
		// A newer address, given while an older link was opened, stays.
		...(now.unprovenEmail === undefined || given === email ? {} : { unprovenEmail: now.unprovenEmail }),
	}));
	await releaseEmails(context, account, email);
	return true;
}

function withoutEmails(now: PrivateData): PrivateData {
	const rest: { -readonly [Key in keyof PrivateData]: PrivateData[Key] } = { ...now };
	delete rest.email;
	delete rest.unprovenEmail;
	return rest;
}

async function claimEmail(context: Dependencies, account: AccountId, email: string): Promise<void> {
	const { store, clock } = context;
	const id = ownerId(context, email);
	const owner = { account, since: clock.now(), provenAt: clock.now() };
	for (;;) {
		const held = await store.get(emailOwners, id);
		try {
			if (held === undefined) return await store.insert(emailOwners, id, owner);
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
			continue;
		}
		if (held.doc.account === account && held.doc.provenAt !== undefined) return;
		if (held.doc.account !== account && held.doc.provenAt !== undefined)
			throw new Conflict("email_taken", "This mail address belongs to another account");
		if (await store.replace(emailOwners, id, held.rev, owner)) return;
	}
}

/** Releases all addresses of an account except `kept`. */
export async function releaseEmails(context: Dependencies, account: AccountId, kept?: string): Promise<void> {
	const mine = await context.store.page(emailOwners, { index: "account", prefix: [account], order: "asc", limit: 100 });
	const keptId = kept === undefined ? undefined : ownerId(context, kept);
	for (const { id, rev } of mine) if (id !== keptId) await context.store.delete(emailOwners, id, rev);
}
