import { accounts } from "../accounts/account.ts";
import type { CoreContext } from "../events/context.ts";
import type { Collection } from "../ports/store.ts";
import type { Vault } from "../vault.ts";
import { signingKeySets } from "./signing-keys.ts";

/** A fingerprint that only the key which encrypts the store's secrets makes. */
export const vaultKeys: Collection<{ readonly fingerprint: string }> = { name: "vault_keys", version: 1, indexes: {} };

const id = "current";
type Dependencies = Pick<CoreContext, "store">;
const fingerprintOf = (vault: Pick<Vault, "fingerprint">): string => vault.fingerprint("vault key", "1");

/** True if the store may hold secrets. A key was then made for it before, also by an earlier version, which kept no fingerprint. */
export async function needsKey({ store }: Dependencies): Promise<boolean> {
	const first = { order: "asc", limit: 1 } as const;
	return (
		(await store.get(vaultKeys, id)) !== undefined ||
		(await store.get(signingKeySets, id)) !== undefined ||
		(await store.page(accounts, first)).length > 0
	);
}

/** True if the store's secrets were encrypted with this key, or if there are none yet. */
export async function isKeyOf({ store }: Dependencies, vault: Vault): Promise<boolean> {
	const known = (await store.get(vaultKeys, id))?.doc;
	if (known !== undefined) return known.fingerprint === fingerprintOf(vault);
	const sealed = (await store.get(signingKeySets, id))?.doc.sealed;
	if (sealed === undefined) return true;
	try {
		vault.open(sealed);
		return true;
	} catch {
		return false;
	}
}

/** Stores the fingerprint of the key, once. */
export async function rememberKey({ store }: Dependencies, vault: Vault): Promise<void> {
	await store.insertMissing(vaultKeys, [{ id, doc: { fingerprint: fingerprintOf(vault) } }]);
}
