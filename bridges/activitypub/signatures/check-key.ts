import { type KeyObject, verify } from "node:crypto";
import { failed, type Verification } from "./http-message.ts";
import type { PublicKey } from "./public-key.ts";

/** Resolves a key by its id. `refresh`: the cached key does not verify the signature. Rejects when the key can't be fetched now. */
export type ResolveKey = (keyId: string, refresh: boolean) => Promise<PublicKey | undefined>;

/** One way to interpret a signature: the signed text, and its hash (null: the key's own). */
export interface Reading {
	readonly base: Buffer;
	readonly hash: "sha256" | "sha512" | null;
}

/**
 * Verifies a signature with the key of `keyId`; one of the readings has to verify. When none does, the key may have been
 * rotated, and it is fetched once more.
 * @param readings the readings that this type of key allows; none: the algorithm does not match the key
 */
export async function checkWithKey(
	keyId: string,
	signature: Buffer,
	scheme: "cavage" | "rfc9421",
	readings: (key: KeyObject) => readonly Reading[],
	resolveKey: ResolveKey,
): Promise<Verification> {
	let before: KeyObject | undefined;
	for (const refresh of [false, true]) {
		let found: PublicKey | undefined;
		try {
			found = await resolveKey(keyId, refresh);
		} catch {
			// A key that does not fit may have been replaced; that can't be said before it can be fetched.
			return failed("key-unavailable", keyId);
		}
		if (found === undefined) return failed("unknown-key", keyId);
		if (before?.equals(found.key)) break;
		const { key, owner, isOfServer } = found;
		const verified = {
			outcome: "verified",
			keyId,
			owner,
			scheme,
			...(isOfServer === true ? { isOfServer } : {}),
		} as const;
		const possible = readings(key);
		if (possible.length === 0) return failed("unsupported-algorithm", keyId);
		for (const reading of possible) if (await fits(reading, key, signature)) return verified;
		before = key;
	}
	return failed("bad-signature", keyId);
}

/** Verifies on the thread pool, so that a flood of signatures does not block other requests. */
function fits({ hash, base }: Reading, key: KeyObject, signature: Buffer): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	try {
		verify(hash, base, key, signature, (error, fitting) => resolve(error === null && fitting));
	} catch {
		resolve(false);
	}
	return promise;
}
