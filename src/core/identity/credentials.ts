import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate, type Stored } from "../ports/store.ts";
import type { IdentityContext } from "./identity.ts";
import { checkPassword, normalPassword, type PasswordContext } from "./password-rules.ts";

/** The hash of an account's password. It is outside the log, so that it is never replayed. */
export interface Credential {
	/** argon2id. The parameters are stored with it, so that they can be raised later. */
	readonly hash: string;
	readonly salt: string;
	readonly memoryKiB: number;
	readonly passes: number;
	readonly parallelism: number;
	readonly changedAt: number;
}

/** The passwords, by account id. */
export const credentials: Collection<Credential> = { name: "credentials", version: 1, indexes: {} };

type Cost = Pick<Credential, "memoryKiB" | "passes" | "parallelism">;
/** The minimum that OFSCP requires for passwords: 64 MiB, 3 passes, 4 lanes. */
const cost = { memoryKiB: 65_536, passes: 3, parallelism: 4 } as const;

function hashOf(
	{ identity }: Pick<IdentityContext, "identity">,
	password: string,
	salt: Buffer,
	{ memoryKiB, passes, parallelism }: Cost,
) {
	const options = {
		message: normalPassword(password),
		nonce: salt,
		parallelism,
		tagLength: 32,
		memory: memoryKiB,
		passes,
	};
	return identity.hashing.run(
		() =>
			new Promise<Buffer>((resolve, reject) =>
				argon2("argon2id", options, (error, key) => (error === null ? resolve(key) : reject(error))),
			),
	);
}

/** Hashes a password that satisfies the rules, with the current parameters. @throws {Unavailable} too many passwords are being hashed */
export async function hashPassword(
	context: Pick<IdentityContext, "identity" | "clock">,
	password: string,
): Promise<Credential> {
	const salt = randomBytes(16);
	const hash = await hashOf(context, password, salt, cost);
	return {
		hash: hash.toString("base64"),
		salt: salt.toString("base64"),
		...cost,
		changedAt: context.clock.now(),
	};
}

/** Stores the password's hash of an account, in place of any earlier one. */
export async function storeCredential(
	{ store }: Pick<IdentityContext, "store">,
	account: AccountId,
	credential: Credential,
): Promise<void> {
	for (;;) {
		const stored = await store.get(credentials, account);
		if (stored !== undefined) {
			if (await store.replace(credentials, account, stored.rev, credential)) return;
			continue;
		}
		try {
			return await store.insert(credentials, account, credential);
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}
}

/**
 * Sets or changes a password.
 *
 * @param about the account's names and addresses, on which the password must not be based
 * @param field JSON pointer to the field of the password
 * @throws {InvalidRequest} the password is too short or too common
 * @throws {Unavailable} too many passwords are being hashed
 */
export async function setPassword(
	context: Pick<IdentityContext, "store" | "clock" | "identity">,
	account: AccountId,
	password: string,
	about: PasswordContext = {},
	field?: string,
): Promise<void> {
	await checkPassword(password, about, field);
	await storeCredential(context, account, await hashPassword(context, password));
}

/** Compared with the password if there is no account, or one without a password, so that the answer takes as long. */
const dummyCredential = {
	hash: Buffer.alloc(32).toString("base64"),
	salt: Buffer.alloc(16).toString("base64"),
	...cost,
};

/** When the account's current password was set, in milliseconds since 1970; 0 if it has none. */
export const passwordSince = async ({ store }: Pick<IdentityContext, "store">, account: AccountId): Promise<number> =>
	(await store.get(credentials, account))?.doc.changedAt ?? 0;

/**
 * True if this is the account's password. Without an account or a password, the same work is done, so that the duration reveals nothing.
 * A password that was changed while this check waited in the queue is no longer the account's password.
 *
 * @throws {Unavailable} too many passwords are being hashed
 */
export async function isPassword(
	context: Pick<IdentityContext, "store" | "clock" | "identity">,
	account: AccountId | undefined,
	password: string,
): Promise<boolean> {
	const stored = account === undefined ? undefined : await context.store.get(credentials, account);
	const credential = stored?.doc ?? dummyCredential;
	const hash = await hashOf(context, password, Buffer.from(credential.salt, "base64"), credential);
	const isRight = timingSafeEqual(hash, Buffer.from(credential.hash, "base64")) && stored !== undefined;
	if (!isRight || account === undefined || (await passwordSince(context, account)) !== stored.doc.changedAt)
		return false;
	if (isWeaker(stored.doc, cost))
		context.identity.background.run("Rehashing a password", () => rehash(context, account, stored, password));
	return true;
}

/** Rehashes a password. A concurrent change of the password wins; if the queue is full, the next log-in retries. */
async function rehash(
	context: Pick<IdentityContext, "store" | "clock" | "identity">,
	account: AccountId,
	{ rev, doc }: Stored<Credential>,
	password: string,
): Promise<void> {
	const stronger = { ...(await hashPassword(context, password)), changedAt: doc.changedAt };
	await context.store.replace(credentials, account, rev, stronger);
}

const isWeaker = (kept: Cost, now: Cost): boolean =>
	kept.memoryKiB < now.memoryKiB || kept.passes < now.passes || kept.parallelism < now.parallelism;
