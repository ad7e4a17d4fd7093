import type { Collection } from "../ports/store.ts";

/** A fingerprint that only the key which encrypts the store's secrets makes. */
export const vaultKeys: Collection<{ readonly fingerprint: string }> = { name: "vault_keys", version: 1, indexes: {} };
