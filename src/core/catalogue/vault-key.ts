import { accounts } from "../accounts/account.ts";
import type { CoreContext } from "../events/context.ts";
import { vaultKeys } from "../identity/vault-keys.ts";
import type { Vault } from "../vault.ts";
import { sealedValue } from "./sealed-value.ts";

const id = "current";
type Dependencies = Pick<CoreContext, "store">;
const fingerprintOf = (vault: Pick<Vault, "fingerprint">): string => vault.fingerprint("vault key", "1");

/** True if the store may hold secrets. A key was then made for it before, also by an earlier version, which kept no fingerprint. */
export async function needsKey({ store }: Dependencies): Promise<boolean> {
	return (
		(await store.get(vaultKeys, id)) !== undefined ||
		(await store.page(accounts, { order: "asc", limit: 1 })).length > 0 ||
		(await sealedValue(store)) !== undefined
	);
}

/** True if the store's secrets were encrypted with this key, or if there are none yet. */
export async function isKeyOf({ store }: Dependencies, vault: Vault): Promise<boolean> {
	const known = (await store.get(vaultKeys, id))?.doc;
	if (known !== undefined) return known.fingerprint === fingerprintOf(vault);
	const sealed = await sealedValue(store);
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
