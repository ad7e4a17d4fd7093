import type { Account } from "../model/account.ts";
import type { Collection } from "../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** Local accounts and shadows, by id. The log keeps handles on our own domain unique. `remote` finds a shadow by its network and id there. */
export const accounts: Collection<Account> = {
	name: "accounts",
	version: 2,
	indexes: {
		handle: { kinds: ["text", "text"], of: (a) => [a.handle, a.domain] },
		remote: { kinds: ["text"], of: (a) => (a.origin ? [remoteKey(a.origin.bridge, a.origin.id)] : undefined) },
		local: { kinds: ["int"], of: (a) => (a.origin ? undefined : [a.createdAt]) },
	},
};
