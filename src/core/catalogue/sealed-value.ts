import { privateData } from "../accounts/private-data.ts";
import { bridgeState } from "../bridging/state.ts";
import { custodialKeys } from "../identity/custodial-keys.ts";
import { oauthRecords } from "../identity/oauth-records.ts";
import { signingKeySets } from "../identity/signing-keys.ts";
import { totps } from "../identity/totp.ts";
import type { Collection, Store } from "../ports/store.ts";

/** How many documents of a collection are examined. In some collections, not every document has an encrypted value. */
const examined = 200;

type Find = (store: Store) => Promise<unknown>;

/** Finds an encrypted value in a collection whose documents may have one. */
const valueIn =
	<T>(collection: Collection<T>, of: (doc: T) => unknown): Find =>
	async (store) => {
		const page = await store.page(collection, { order: "asc", limit: examined });
		return page.map(({ doc }) => of(doc)).find((value) => value !== undefined);
	};

/** Finds an encrypted value of a bridge or of the provider: their ids begin with `<bridge>!/`, those of other values with `<bridge>/`. */
const valueOfBridges: Find = async (store) => {
	for (let after = ""; ; ) {
		const [first] = await store.page(bridgeState, { order: "asc", limit: 1, ...(after && { after: [after] }) });
		if (first === undefined) return undefined;
		const owner = first.id.slice(0, first.id.indexOf("/"));
		if (owner.endsWith("!")) return first.doc.value;
		// "0" follows "/" in ASCII.
		after = `${owner}0`;
	}
};

/** Where encrypted values are. */
const places: readonly Find[] = [
	valueIn(signingKeySets, ({ sealed }) => sealed),
	valueIn(custodialKeys, ({ sealed }) => sealed),
	valueOfBridges,
	valueIn(privateData, ({ email, unprovenEmail }) => email ?? unprovenEmail),
	valueIn(totps, ({ secret, pending }) => secret ?? pending),
	valueIn(oauthRecords, ({ payload }) => (typeof payload === "string" ? payload : undefined)),
];

/** Any value in the store that is encrypted with the key file; `undefined` if none was found. */
export async function sealedValue(store: Store): Promise<unknown> {
	for (const find of places) {
		const value = await find(store);
		if (value !== undefined) return value;
	}
	return undefined;
}
