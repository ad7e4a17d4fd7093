import type { AccountId } from "../ids.ts";
import { expiryIndex } from "../ports/expiry.ts";
import type { Collection } from "../ports/store.ts";
import type { IdentityContext } from "./identity.ts";

/** A link with which the owner of an account sets a new password. Its id is the hash of its secret. */
export interface Recovery {
	readonly account: AccountId;
	/** The fingerprint of the mail address that the link was sent to; the link is void if the account's address has changed. */
	readonly sentTo?: string;
	/** Whether the second factor is removed too. */
	readonly resetsFactor?: true;
	readonly createdAt: number;
	readonly expiresAt: number;
}

/** The recovery links, by the hash of their secret. */
export const recoveries: Collection<Recovery> = {
	name: "recoveries",
	version: 1,
	indexes: {
		account: { kinds: ["text", "int"], of: (link) => [link.account, link.createdAt] },
		expiresAt: expiryIndex,
	},
};

/** Deletes the recovery links of an account, whose password has been set anew. */
export async function endRecoveries({ store }: Pick<IdentityContext, "store">, account: AccountId): Promise<void> {
	for (;;) {
		const links = await store.page(recoveries, { index: "account", prefix: [account], order: "asc", limit: 100 });
		for (const { id } of links) await store.delete(recoveries, id);
		if (links.length < 100) return;
	}
}
