import { Conflict, InvalidRequest } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import { accounts } from "./account.ts";
import { changePrivateData, privateDataOf } from "./private-data.ts";

/** The account that owns a mail address, by the address's fingerprint. An address belongs to one account. */
interface EmailOwner {
	readonly account: AccountId;
	readonly since: number;
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

/** The mail address of an account. It must only be shown to that account. */
export async function emailOf(
	context: Pick<CoreContext, "store" | "vault">,
	account: AccountId,
): Promise<string | undefined> {
	const { email } = await privateDataOf(context, account);
	return email === undefined ? undefined : (context.vault.open(email) as string);
}

/** The account that owns a mail address. */
export async function accountByEmail(
	context: Pick<CoreContext, "store" | "vault">,
	email: string,
): Promise<AccountId | undefined> {
	if (emailFault(email) !== undefined) return undefined;
	return (await context.store.get(emailOwners, ownerId(context, email)))?.doc.account;
}

/**
 * Sets, changes or removes the mail address of an account. The new address is reserved first and the previous one released last: after a
 * crash in between, both are reserved for the account until its next change.
 *
 * @param email `undefined` removes the address
 * @throws {InvalidRequest} `/email`
 * @throws {Conflict} `email_taken`
 */
export async function setEmail(context: Dependencies, account: AccountId, email: string | undefined): Promise<void> {
	const fault = email === undefined ? undefined : emailFault(email);
	if (fault !== undefined) throw new InvalidRequest([{ field: "/email", expected: fault }]);
	if (email !== undefined) await reserveEmail(context, account, email);
	await changePrivateData(context, account, ({ email: _before, ...rest }) => ({
		...rest,
		...(email === undefined ? {} : { email: context.vault.seal(email) }),
	}));
	await releaseEmails(context, account, email);
}

/** A sign-up that has not created its account after this many milliseconds has failed. */
const signUpMs = 60_000;

/** Makes an account the owner of an address. @throws {Conflict} `email_taken` */
async function reserveEmail(context: Dependencies, account: AccountId, email: string): Promise<void> {
	const { store, clock } = context;
	const id = ownerId(context, email);
	const owner = { account, since: clock.now() };
	const held = await store.get(emailOwners, id);
	try {
		// A sign-up reserves its address before it creates the account; one that failed must not keep the address for ever.
		if (held === undefined) await store.insert(emailOwners, id, owner);
		else if (held.doc.account !== account && !((await isAbandoned(context, held.doc)) && (await claim(held.rev))))
			throw new Conflict("email_taken", "This mail address belongs to another account");
	} catch (error) {
		if (!(error instanceof Duplicate)) throw error;
		throw new Conflict("email_taken", "This mail address belongs to another account");
	}

	async function claim(rev: number): Promise<boolean> {
		if (!(await store.delete(emailOwners, id, rev))) return false;
		await store.insert(emailOwners, id, owner);
		return true;
	}
}

const isAbandoned = async ({ store, clock }: Dependencies, { account, since }: EmailOwner): Promise<boolean> =>
	clock.now() - since > signUpMs && (await store.get(accounts, account)) === undefined;

/** Releases all addresses of an account except `kept`. */
export async function releaseEmails(context: Dependencies, account: AccountId, kept?: string): Promise<void> {
	const mine = await context.store.page(emailOwners, { index: "account", prefix: [account], order: "asc", limit: 100 });
	const keptId = kept === undefined ? undefined : ownerId(context, kept);
	for (const { id, rev } of mine) if (id !== keptId) await context.store.delete(emailOwners, id, rev);
}
