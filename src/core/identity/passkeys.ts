import { createHash, randomBytes } from "node:crypto";
import { accounts } from "../accounts/account.ts";
import { cleanName } from "../clean-text.ts";
import { Conflict, InvalidRequest } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import { type Account, addressOf } from "../model/account.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { PasskeyCredential, WebAuthnJson } from "../ports/factors.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import type { IdentityContext } from "./identity.ts";
import { newSecret } from "./secret.ts";

/** A passkey of an account. Its id is the hash of the credential id, which may be too long for an id of the store. */
export interface Passkey {
	readonly account: AccountId;
	readonly credential: PasskeyCredential;
	/** The owner's name for the passkey. */
	readonly name: string;
	readonly createdAt: number;
	readonly lastUsedAt?: number;
}

/** The passkeys, by the hash of their credential id. */
export const passkeys: Collection<Passkey> = {
	name: "passkeys",
	version: 1,
	indexes: { account: { kinds: ["text", "int"], of: (key) => [key.account, key.createdAt] } },
};

/** A challenge that a browser was asked to sign. Its id is the handle with which the answer is sent. */
interface Challenge {
	readonly challenge: string;
	readonly purpose: "register" | "log-in";
	/** The account whose passkey must answer; if absent, any account's passkey may, in place of a password. */
	readonly account?: AccountId;
	readonly expiresAt: number;
}

/** The open challenges, by handle. */
export const passkeyChallenges: Collection<Challenge> = {
	name: "passkey_challenges",
	version: 1,
	indexes: { expiresAt: expiryIndex },
};

/** The options that a page passes to the browser's WebAuthn API, and the handle to send back with the answer. */
export interface PasskeyPrompt {
	readonly handle: string;
	readonly options: WebAuthnJson;
}

/** The response of the browser's WebAuthn API, and the handle of the prompt. */
export interface PasskeyAnswer {
	readonly handle: string;
	readonly response: unknown;
}

type Dependencies = Pick<IdentityContext, "store" | "clock" | "identity">;

const challengeMs = 5 * 60_000;
const most = 20;

/** The passkeys of an account, oldest first. */
export async function passkeysOf(
	{ store }: Pick<IdentityContext, "store">,
	account: Pick<Account, "id">,
): Promise<readonly (Passkey & { readonly id: string })[]> {
	const page = await store.page(passkeys, { index: "account", prefix: [account.id], order: "asc", limit: most });
	return page.map(({ id, doc }) => ({ id, ...doc }));
}

/** True if the account has a passkey. */
export const hasPasskey = async (context: Pick<IdentityContext, "store">, account: Account): Promise<boolean> =>
	(await passkeysOf(context, account)).length > 0;

/** Prompts the browser for a new passkey. @throws {Conflict} `too_many_passkeys` */
export async function registrationOptions(context: Dependencies, account: Account): Promise<PasskeyPrompt> {
	const known = await credentialsOf(context, account);
	if (known.length >= most) throw tooMany();
	const { handle, challenge } = await newChallenge(context, "register", account);
	const user = { id: account.id, name: addressOf(account), displayName: account.profile.displayName };
	const options = await context.identity.factors.passkeys.registrationOptions({ challenge, user, known });
	return { handle, options };
}

/**
 * Stores a new passkey.
 *
 * @param name the owner's name for the passkey
 * @throws {InvalidRequest} the browser's response does not match the challenge, or the challenge has expired
 * @throws {Conflict} `passkey_known`, `too_many_passkeys`
 */
export async function addPasskey(
	context: Dependencies,
	account: Account,
	{ handle, response }: PasskeyAnswer,
	name: string,
): Promise<Passkey & { readonly id: string }> {
	const asked = await consumeChallenge(context, "register", handle);
	const credential =
		asked?.account === account.id
			? await context.identity.factors.passkeys.verifyRegistration(response, asked.challenge)
			: undefined;
	if (credential === undefined)
		throw new InvalidRequest([{ field: "/response", expected: "the browser's response to the newest challenge" }]);
	if ((await credentialsOf(context, account)).length >= most) throw tooMany();
	const id = idOf(credential.id);
	const called = [...cleanName(name)].slice(0, 100).join("") || "Passkey";
	const passkey = { account: account.id, credential, name: called, createdAt: context.clock.now() };
	try {
		await context.store.insert(passkeys, id, passkey);
	} catch (error) {
		if (!(error instanceof Duplicate)) throw error;
		throw new Conflict("passkey_known", "This passkey is already registered");
	}
	return { id, ...passkey };
}

/** Removes all passkeys of an account. */
export async function removePasskeys({ store }: Pick<IdentityContext, "store">, account: AccountId): Promise<void> {
	for (const { id } of await passkeysOf({ store }, { id: account })) await store.delete(passkeys, id);
}

/** Removes a passkey; `false` if the account has none with this id. */
export async function removePasskey(
	{ store }: Pick<IdentityContext, "store">,
	account: Account,
	id: string,
): Promise<boolean> {
	const stored = await store.get(passkeys, id);
	return stored?.doc.account === account.id && store.delete(passkeys, id);
}

/**
 * Prompts the browser to sign in with a passkey.
 *
 * @param account the account whose password was right; if absent, the passkey replaces the password
 */
export async function loginOptions(context: Dependencies, account?: Account): Promise<PasskeyPrompt> {
	const { handle, challenge } = await newChallenge(context, "log-in", account);
	const known = account === undefined ? [] : await credentialsOf(context, account);
	const options = await context.identity.factors.passkeys.loginOptions({
		challenge,
		known,
		alone: account === undefined,
	});
	return { handle, options };
}

/**
 * The account whose passkey has signed the challenge; `undefined` if the response is not valid. A challenge is accepted once.
 */
export async function checkPasskey(
	context: Dependencies,
	{ handle, response }: PasskeyAnswer,
): Promise<Account | undefined> {
	const asked = await consumeChallenge(context, "log-in", handle);
	const named = (response as { readonly id?: unknown } | null | undefined)?.id;
	if (asked === undefined || typeof named !== "string") return undefined;
	const id = idOf(named);
	const stored = await context.store.get(passkeys, id);
	if (stored === undefined || (asked.account !== undefined && stored.doc.account !== asked.account)) return undefined;
	const { credential } = stored.doc;
	const question = { challenge: asked.challenge, alone: asked.account === undefined };
	const counter = await context.identity.factors.passkeys.verifyLogin(response, question, credential);
	if (counter === undefined) return undefined;
	const used = { ...stored.doc, credential: { ...credential, counter }, lastUsedAt: context.clock.now() };
	// Of two concurrent responses only one is accepted, since each would overwrite the counter of the other.
	if (!(await context.store.replace(passkeys, id, stored.rev, used))) return undefined;
	const account = (await context.store.get(accounts, stored.doc.account))?.doc;
	return account?.deletedAt === undefined ? account : undefined;
}

const idOf = (credential: string): string => createHash("sha256").update(credential).digest("hex");

const credentialsOf = async (context: Dependencies, account: Account): Promise<readonly PasskeyCredential[]> =>
	(await passkeysOf(context, account)).map(({ credential }) => credential);

const tooMany = (): Conflict => new Conflict("too_many_passkeys", `An account has at most ${most} passkeys`);

async function newChallenge(
	{ store, clock }: Dependencies,
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

/** Deletes and returns a challenge, so that there is no second attempt whether or not the response is valid. */
async function consumeChallenge(
	{ store, clock }: Dependencies,
	purpose: Challenge["purpose"],
	handle: string,
): Promise<Challenge | undefined> {
	if (!/^cwh_[\w-]{43}$/.test(handle)) return undefined;
	const stored = await store.get(passkeyChallenges, handle);
	if (stored === undefined || !(await store.delete(passkeyChallenges, handle, stored.rev))) return undefined;
	return stored.doc.purpose === purpose && stored.doc.expiresAt > clock.now() ? stored.doc : undefined;
}
