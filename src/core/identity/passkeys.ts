import { createHash, randomBytes } from "node:crypto";
import { accounts } from "../accounts/account.ts";
import { Conflict, InvalidRequest } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import { type Account, addressOf } from "../model/account.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { PasskeyCredential, WebAuthnJson } from "../ports/factors.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import type { IdentityWorld } from "./identity.ts";
import { newSecret } from "./secret.ts";

/** A passkey of an account. Its id here is the hash of its own, which may be longer than an id may be. */
export interface Passkey {
	readonly account: AccountId;
	readonly credential: PasskeyCredential;
	/** What its owner calls it. */
	readonly name: string;
	readonly createdAt: number;
	readonly lastUsedAt?: number;
}

export const passkeys: Collection<Passkey> = {
	name: "passkeys",
	version: 1,
	indexes: { account: { kinds: ["text", "int"], of: (key) => [key.account, key.createdAt] } },
};

/** What a browser has been asked to sign; its id is the handle under which the answer comes back. */
interface Challenge {
	readonly challenge: string;
	readonly purpose: "register" | "log-in";
	/** Whose passkey must answer; absent: anybody's, and it stands alone. */
	readonly account?: AccountId;
	readonly expiresAt: number;
}

export const passkeyChallenges: Collection<Challenge> = {
	name: "passkey_challenges",
	version: 1,
	indexes: { expiresAt: expiryIndex },
};

/** What a page hands to the browser, and the handle that it sends back with the browser's answer. */
export interface Asked {
	readonly handle: string;
	readonly options: WebAuthnJson;
}

/** A browser's answer. */
export interface Answered {
	readonly handle: string;
	readonly response: unknown;
}

type Keeper = Pick<IdentityWorld, "store" | "clock" | "identity">;

const challengeMs = 5 * 60_000;
const most = 20;

/** The passkeys of an account, oldest first. */
export async function passkeysOf(
	{ store }: Pick<IdentityWorld, "store">,
	account: Pick<Account, "id">,
): Promise<readonly (Passkey & { readonly id: string })[]> {
	const page = await store.page(passkeys, { index: "account", prefix: [account.id], order: "asc", limit: most });
	return page.map(({ id, doc }) => ({ id, ...doc }));
}

export const hasPasskey = async (world: Pick<IdentityWorld, "store">, account: Account): Promise<boolean> =>
	(await passkeysOf(world, account)).length > 0;

/** Asks the browser for a new passkey. @throws {Conflict} `too_many_passkeys` */
export async function registrationOptions(world: Keeper, account: Account): Promise<Asked> {
	const known = await knownTo(world, account);
	if (known.length >= most) throw tooMany();
	const { handle, challenge } = await newChallenge(world, "register", account);
	const user = { id: account.id, name: addressOf(account), displayName: account.profile.displayName };
	const options = await world.identity.factors.passkeys.registrationOptions({ challenge, user, known });
	return { handle, options };
}

/**
 * Keeps a new passkey.
 *
 * @param name what its owner calls it
 * @throws {InvalidRequest} the browser's answer does not fit what it was asked, or came too late
 * @throws {Conflict} `passkey_known`, `too_many_passkeys`
 */
export async function addPasskey(
	world: Keeper,
	account: Account,
	{ handle, response }: Answered,
	name: string,
): Promise<Passkey & { readonly id: string }> {
	const asked = await takeChallenge(world, "register", handle);
	const credential =
		asked?.account === account.id
			? await world.identity.factors.passkeys.verifyRegistration(response, asked.challenge)
			: undefined;
	if (credential === undefined)
		throw new InvalidRequest([{ field: "/response", expected: "the browser's answer to the newest question" }]);
	if ((await knownTo(world, account)).length >= most) throw tooMany();
	const id = idOf(credential.id);
	const called = [...name.trim()].slice(0, 100).join("") || "Passkey";
	const passkey = { account: account.id, credential, name: called, createdAt: world.clock.now() };
	try {
		await world.store.insert(passkeys, id, passkey);
	} catch (error) {
		if (!(error instanceof Duplicate)) throw error;
		throw new Conflict("passkey_known", "This passkey is known already");
	}
	return { id, ...passkey };
}

/** Removes a passkey. False: the account has none with this id. */
export async function removePasskey(
	{ store }: Pick<IdentityWorld, "store">,
	account: Account,
	id: string,
): Promise<boolean> {
	const stored = await store.get(passkeys, id);
	return stored?.doc.account === account.id && store.delete(passkeys, id);
}

/**
 * Asks the browser to sign in.
 *
 * @param account whose password was right already; absent: nobody is known yet, and the passkey stands alone
 */
export async function loginOptions(world: Keeper, account?: Account): Promise<Asked> {
	const { handle, challenge } = await newChallenge(world, "log-in", account);
	const known = account === undefined ? [] : await knownTo(world, account);
	const options = await world.identity.factors.passkeys.loginOptions({
		challenge,
		known,
		alone: account === undefined,
	});
	return { handle, options };
}

/**
 * Whose passkey has signed what the browser was asked; `undefined`: nobody's. Each question is answered once.
 */
export async function checkPasskey(world: Keeper, { handle, response }: Answered): Promise<Account | undefined> {
	const asked = await takeChallenge(world, "log-in", handle);
	const named = (response as { readonly id?: unknown } | null | undefined)?.id;
	if (asked === undefined || typeof named !== "string") return undefined;
	const id = idOf(named);
	const stored = await world.store.get(passkeys, id);
	if (stored === undefined || (asked.account !== undefined && stored.doc.account !== asked.account)) return undefined;
	const { credential } = stored.doc;
	const question = { challenge: asked.challenge, alone: asked.account === undefined };
	const counter = await world.identity.factors.passkeys.verifyLogin(response, question, credential);
	if (counter === undefined) return undefined;
	const used = { ...stored.doc, credential: { ...credential, counter }, lastUsedAt: world.clock.now() };
	// Two answers at the same time: the counter of one would hide that of the other.
	if (!(await world.store.replace(passkeys, id, stored.rev, used))) return undefined;
	const account = (await world.store.get(accounts, stored.doc.account))?.doc;
	return account?.deletedAt === undefined ? account : undefined;
}

const idOf = (credential: string): string => createHash("sha256").update(credential).digest("hex");

const knownTo = async (world: Keeper, account: Account): Promise<readonly PasskeyCredential[]> =>
	(await passkeysOf(world, account)).map(({ credential }) => credential);

const tooMany = (): Conflict => new Conflict("too_many_passkeys", `An account has at most ${most} passkeys`);

async function newChallenge(
	{ store, clock }: Keeper,
	purpose: Challenge["purpose"],
	account: Account | undefined,
): Promise<{ handle: string; challenge: string }> {
	const handle = newSecret("cwh");
	const challenge = randomBytes(32).toString("base64url");
	await store.insert(passkeyChallenges, handle, {
		challenge,
		purpose,
		...(account === undefined ? {} : { account: account.id }),
		expiresAt: clock.now() + challengeMs,
	});
	return { handle, challenge };
}

/** Takes a question away: whatever comes of its answer, there is no second one. */
async function takeChallenge(
	{ store, clock }: Keeper,
	purpose: Challenge["purpose"],
	handle: string,
): Promise<Challenge | undefined> {
	if (!/^cwh_[\w-]{43}$/.test(handle)) return undefined;
	const stored = await store.get(passkeyChallenges, handle);
	if (stored === undefined || !(await store.delete(passkeyChallenges, handle, stored.rev))) return undefined;
	return stored.doc.purpose === purpose && stored.doc.expiresAt > clock.now() ? stored.doc : undefined;
}
