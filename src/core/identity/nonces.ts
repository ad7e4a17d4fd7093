import { createHash } from "node:crypto";
import type { CoreContext } from "../events/context.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate } from "../ports/store.ts";

/** The used nonces. The id combines signer, key and nonce, so that the store lets only one process use a nonce, once. */
export const nonces: Collection<Expiring> = { name: "nonces", version: 1, indexes: { expiresAt: expiryIndex } };

/** A request may be dated 300 s ahead and is valid for 300 s after that; a minute is added for safety. */
const keptMs = 660_000;

const idOf = (signer: string, keyId: string, nonce: string): string =>
	createHash("sha256")
		.update(JSON.stringify([signer, keyId, nonce]))
		.digest("base64url");

/**
 * True if a request with this nonce has been accepted.
 *
 * @param signer the owner of the key, since key ids are only unique at their home
 */
export const isNonceUsed = async (
	{ store }: Pick<CoreContext, "store">,
	signer: string,
	keyId: string,
	nonce: string,
): Promise<boolean> => (await store.get(nonces, idOf(signer, keyId, nonce))) !== undefined;

/** Uses a nonce; `false` if it has been used already. The use is durable when this resolves. */
export async function useNonce(
	{ store, clock }: Pick<CoreContext, "store" | "clock">,
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
