import { Conflict, InvalidRequest } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import { accounts } from "./account.ts";
import { changePrivateHalf, privateHalfOf } from "./private-half.ts";

/** Whose a mail address is, by its fingerprint: one account for an address. */
interface EmailOwner {
	readonly account: AccountId;
	readonly since: number;
}

export const emailOwners: Collection<EmailOwner> = {
	name: "email_owners",
	version: 1,
	indexes: { account: { kinds: ["text"], of: (owner) => [owner.account] } },
};

type Keeper = Pick<World, "store" | "clock" | "vault">;

const shape =
	/^[^\s@<>()[\]\\,;:"]{1,64}@(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** What is wrong with a mail address; `undefined`: nothing that can be seen from here. */
export const emailFault = (email: string): string | undefined =>
	email.length <= 254 && shape.test(email) && !hasControls(email) ? undefined : "a mail address";

const hasControls = (text: string): boolean => /\p{Control}/u.test(text);

/** Addresses that differ only in the case of their letters are one address, as every mail server in use treats them. */
const ownerId = ({ vault }: Pick<World, "vault">, email: string): string =>
	vault.fingerprint("email", email.normalize("NFKC").toLowerCase());

/** The mail address of an account; nobody is shown it but themselves. */
export async function emailOf(world: Pick<World, "store" | "vault">, account: AccountId): Promise<string | undefined> {
	const { email } = await privateHalfOf(world, account);
	return email === undefined ? undefined : (world.vault.open(email) as string);
}

/** Whose a mail address is. */
export async function accountByEmail(
	world: Pick<World, "store" | "vault">,
	email: string,
): Promise<AccountId | undefined> {
	if (emailFault(email) !== undefined) return undefined;
	return (await world.store.get(emailOwners, ownerId(world, email)))?.doc.account;
}

/**
 * Sets, changes or takes away the mail address of an account. The address is reserved first and the one before given free
 * last: a crash between leaves one address too many reserved for the account itself, which its next change gives free.
 *
 * @param email `undefined`: none any more
 * @throws {InvalidRequest} `/email`
 * @throws {Conflict} `email_taken`
 */
export async function setEmail(world: Keeper, account: AccountId, email: string | undefined): Promise<void> {
	const fault = email === undefined ? undefined : emailFault(email);
	if (fault !== undefined) throw new InvalidRequest([{ field: "/email", expected: fault }]);
	if (email !== undefined) await reserveEmail(world, account, email);
	await changePrivateHalf(world, account, ({ email: _before, ...rest }) => ({
		...rest,
		...(email === undefined ? {} : { email: world.vault.seal(email) }),
	}));
	await freeEmails(world, account, email);
}

/** After this time, in milliseconds, a sign-up that has made no account has failed. */
const signUpMs = 60_000;

/** @throws {Conflict} `email_taken` */
async function reserveEmail(world: Keeper, account: AccountId, email: string): Promise<void> {
	const { store, clock } = world;
	const id = ownerId(world, email);
	const owner = { account, since: clock.now() };
	const held = await store.get(emailOwners, id);
	try {
		// A sign-up reserves the address before there is an account; one that broke off must not keep it for ever.
		if (held === undefined) await store.insert(emailOwners, id, owner);
		else if (held.doc.account !== account && !((await isAbandoned(world, held.doc)) && (await takeOver(held.rev))))
			throw new Conflict("email_taken", "This mail address belongs to another account");
	} catch (error) {
		if (!(error instanceof Duplicate)) throw error;
		throw new Conflict("email_taken", "This mail address belongs to another account");
	}

	async function takeOver(rev: number): Promise<boolean> {
		if (!(await store.delete(emailOwners, id, rev))) return false;
		await store.insert(emailOwners, id, owner);
		return true;
	}
}

const isAbandoned = async ({ store, clock }: Keeper, { account, since }: EmailOwner): Promise<boolean> =>
	clock.now() - since > signUpMs && (await store.get(accounts, account)) === undefined;

/** Gives free what is reserved for an account but the address that it keeps. */
export async function freeEmails(world: Keeper, account: AccountId, kept?: string): Promise<void> {
	const mine = await world.store.page(emailOwners, { index: "account", prefix: [account], order: "asc", limit: 100 });
	const keptId = kept === undefined ? undefined : ownerId(world, kept);
	for (const { id, rev } of mine) if (id !== keptId) await world.store.delete(emailOwners, id, rev);
}
