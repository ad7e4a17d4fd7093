import { createHash } from "node:crypto";
import type { World } from "../events/world.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate } from "../ports/store.ts";

/** That a nonce has been used. Its id names key and nonce, so that the store lets one of all processes use it, once. */
export const nonces: Collection<Expiring> = { name: "nonces", version: 1, indexes: { expiresAt: expiryIndex } };

/** A request may be dated 300 s ahead and is good for 300 s after that; a minute more costs nothing. */
const keptMs = 660_000;

const idOf = (signer: string, keyId: string, nonce: string): string =>
	createHash("sha256")
		.update(JSON.stringify([signer, keyId, nonce]))
		.digest("base64url");

/**
 * True when a request with this nonce has been taken.
 *
 * @param signer whose key it is: ids of keys are unique at their home only
 */
export const isNonceUsed = async (
	{ store }: Pick<World, "store">,
	signer: string,
	keyId: string,
	nonce: string,
): Promise<boolean> => (await store.get(nonces, idOf(signer, keyId, nonce))) !== undefined;

/** Uses a nonce up; `false`: somebody was quicker. Durable when it resolves. */
export async function useNonce(
	{ store, clock }: Pick<World, "store" | "clock">,
	signer: string,
	keyId: string,
	nonce: string,
): Promise<boolean> {
	try {
		await store.insert(nonces, idOf(signer, keyId, nonce), { expiresAt: clock.now() + keptMs });
		return true;
	} catch (error) {
		if (error instanceof Duplicate) return false;
		throw error;
	}
}
