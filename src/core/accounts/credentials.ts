import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { InvalidRequest } from "../errors.ts";
import type { AccountId } from "../ids.ts";
import type { Collection } from "../ports/store.ts";
import type { World } from "../world.ts";

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

/** OFSCP's minimum for passwords: 64 MiB, 3 passes, 4 lanes. */
const cost = { memoryKiB: 65_536, passes: 3, parallelism: 4 } as const;
const minLength = 10;

function hashOf(
	password: string,
	salt: Buffer,
	{ memoryKiB, passes, parallelism }: Pick<Credential, "memoryKiB" | "passes" | "parallelism">,
): Promise<Buffer> {
	const options = {
		message: password.normalize("NFKC"),
		nonce: salt,
		parallelism,
		tagLength: 32,
		memory: memoryKiB,
		passes,
	};
	return new Promise((resolve, reject) =>
		argon2("argon2id", options, (error, key) => (error === null ? resolve(key) : reject(error))),
	);
}

/** Sets or changes a password. @throws {InvalidRequest} it is too short */
export async function setPassword(
	world: Pick<World, "store" | "clock">,
	account: AccountId,
	password: string,
): Promise<void> {
	if ([...password].length < minLength)
		throw new InvalidRequest([{ field: "password", expected: `at least ${minLength} characters` }]);
	const salt = randomBytes(16);
	const hash = await hashOf(password, salt, cost);
	const doc: Credential = {
		hash: hash.toString("base64"),
		salt: salt.toString("base64"),
		...cost,
		changedAt: world.clock.now(),
	};
	const stored = await world.store.get(credentials, account);
	if (stored === undefined) await world.store.insert(credentials, account, doc);
	else await world.store.replace(credentials, account, stored.rev, doc);
}

/** True when this is the account's password. */
export async function isPassword(world: Pick<World, "store">, account: AccountId, password: string): Promise<boolean> {
	const credential = (await world.store.get(credentials, account))?.doc;
	if (credential === undefined) return false;
	return timingSafeEqual(
		await hashOf(password, Buffer.from(credential.salt, "base64"), credential),
		Buffer.from(credential.hash, "base64"),
	);
}
