import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate, type Stored } from "../ports/store.ts";
import type { IdentityWorld } from "./identity.ts";
import { checkPassword, normalPassword, type PasswordContext } from "./password-rules.ts";

/** A password's hash, by its account's id. Outside the log: it is nobody's to replay. */
export interface Credential {
	/** argon2id with the parameters beside it, so that they can be raised. */
	readonly hash: string;
	readonly salt: string;
	readonly memoryKiB: number;
	readonly passes: number;
	readonly parallelism: number;
	readonly changedAt: number;
}

export const credentials: Collection<Credential> = { name: "credentials", version: 1, indexes: {} };

type Cost = Pick<Credential, "memoryKiB" | "passes" | "parallelism">;
/** OFSCP's minimum for passwords: 64 MiB, 3 passes, 4 lanes. */
const cost = { memoryKiB: 65_536, passes: 3, parallelism: 4 } as const;

type Hasher = Pick<IdentityWorld, "identity">;

function hashOf({ identity }: Hasher, password: string, salt: Buffer, { memoryKiB, passes, parallelism }: Cost) {
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

/** Hashes a password that has been checked, with today's parameters. @throws {Unavailable} too many sign in */
export async function hashPassword(
	world: Pick<IdentityWorld, "identity" | "clock">,
	password: string,
): Promise<Credential> {
	const salt = randomBytes(16);
	const hash = await hashOf(world, password, salt, cost);
	return {
		hash: hash.toString("base64"),
		salt: salt.toString("base64"),
		...cost,
		changedAt: world.clock.now(),
	};
}

/** Keeps a hash as the account's, whatever was there before. */
export async function storeCredential(
	{ store }: Pick<IdentityWorld, "store">,
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
 * @param context whose password it is: it must not be their name
 * @param field JSON pointer of the field that it came in
 * @throws {InvalidRequest} it is too short or too common
 * @throws {Unavailable} too many sign in at the moment
 */
export async function setPassword(
	world: Pick<IdentityWorld, "store" | "clock" | "identity">,
	account: AccountId,
	password: string,
	context: PasswordContext = {},
	field?: string,
): Promise<void> {
	await checkPassword(password, context, field);
	await storeCredential(world, account, await hashPassword(world, password));
}

/** What a password is compared with where there is none, so that the answer takes as long. */
const nobodys = { hash: Buffer.alloc(32).toString("base64"), salt: Buffer.alloc(16).toString("base64"), ...cost };

/** Since when somebody has the password that they have, in milliseconds since 1970; 0: they have none. */
export const passwordSince = async ({ store }: Pick<IdentityWorld, "store">, account: AccountId): Promise<number> =>
	(await store.get(credentials, account))?.doc.changedAt ?? 0;

/**
 * True when this is the account's password. For nobody, and for who has no password, the same work is done in vain. One that was
 * changed while it waited for its turn to be hashed is not the password any more.
 *
 * @throws {Unavailable} too many sign in at the moment
 */
export async function isPassword(
	world: Pick<IdentityWorld, "store" | "clock" | "identity">,
	account: AccountId | undefined,
	password: string,
): Promise<boolean> {
	const stored = account === undefined ? undefined : await world.store.get(credentials, account);
	const credential = stored?.doc ?? nobodys;
	const hash = await hashOf(world, password, Buffer.from(credential.salt, "base64"), credential);
	const isRight = timingSafeEqual(hash, Buffer.from(credential.hash, "base64")) && stored !== undefined;
	if (!isRight || account === undefined || (await passwordSince(world, account)) !== stored.doc.changedAt) return false;
	if (isWeaker(stored.doc, cost))
		world.identity.background.run("Strengthening a password's hash", () => rehash(world, account, stored, password));
	return true;
}

/** If somebody changes the password meanwhile, theirs stays; if too many sign in, the next sign-in does it. */
async function rehash(
	world: Pick<IdentityWorld, "store" | "clock" | "identity">,
	account: AccountId,
	{ rev, doc }: Stored<Credential>,
	password: string,
): Promise<void> {
	const stronger = { ...(await hashPassword(world, password)), changedAt: doc.changedAt };
	await world.store.replace(credentials, account, rev, stronger);
}

const isWeaker = (kept: Cost, now: Cost): boolean =>
	kept.memoryKiB < now.memoryKiB || kept.passes < now.passes || kept.parallelism < now.parallelism;
