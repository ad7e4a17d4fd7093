import { type KeyObject, verify } from "node:crypto";
import { failed, type Verification } from "./http-message.ts";
import type { PublicKey } from "./public-key.ts";

/** The key of this id; `refresh`: the one that is remembered does not fit. Rejects when it can't be told now. */
export type ResolveKey = (keyId: string, refresh: boolean) => Promise<PublicKey | undefined>;

/** One way to read a signature: what was signed, and with which hash (null: the key's own). */
export interface Reading {
	readonly base: Buffer;
	readonly hash: "sha256" | "sha512" | null;
}

/**
 * Checks a signature against the key of `keyId`: any of the readings may fit. When none does, the key may have been
 * changed, and it is asked for once more.
 * @param readings the readings that this kind of key allows; none: the algorithm does not fit the key
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
			return before === undefined ? failed("key-unavailable", keyId) : failed("bad-signature", keyId);
		}
		if (found === undefined) return failed("unknown-key", keyId);
		if (before?.equals(found.key)) break;
		const { key, owner } = found;
		const possible = readings(key);
		if (possible.length === 0) return failed("unsupported-algorithm", keyId);
		for (const reading of possible)
			if (await fits(reading, key, signature)) return { outcome: "verified", keyId, owner, scheme };
		before = key;
	}
	return failed("bad-signature", keyId);
}

/** Off this thread, so that a flood of signatures keeps nobody else waiting. A signature that can't be read fits nothing. */
function fits({ hash, base }: Reading, key: KeyObject, signature: Buffer): Promise<boolean> {
	const { promise, resolve } = Promise.withResolvers<boolean>();
	try {
		verify(hash, base, key, signature, (error, fitting) => resolve(error === null && fitting));
	} catch {
		resolve(false);
	}
	return promise;
}
