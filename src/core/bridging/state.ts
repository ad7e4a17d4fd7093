import type { CoreContext } from "../events/context.ts";
import type { BridgeName } from "../ids.ts";
import type { BridgeStateStore } from "../ports/bridge/state.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import type { Sealing } from "../vault.ts";

/** The key-value stores of the bridges: `<bridge>/<key>` → a JSON value, or its encrypted form. */
export const bridgeState: Collection<{ readonly value: unknown }> = { name: "bridge_state", version: 1, indexes: {} };

const unencrypted: Sealing = { seal: (value) => value, open: (kept) => kept };

/** A key-value store that also supports compare-and-set. */
export interface StateStore extends BridgeStateStore {
	/** Replaces a value by compare-and-set; `change` is called again after a concurrent change. */
	update(key: string, change: (kept: unknown) => unknown): Promise<void>;
}

/** A key-value store in {@link bridgeState}. @param bridge the prefix of its keys @param sealing encrypts its values */
export function createBridgeState(
	{ store }: Pick<CoreContext, "store">,
	bridge: BridgeName | string,
	sealing: Sealing = unencrypted,
): StateStore {
	const idOf = (key: string): string => `${bridge}/${key}`;

	async function get(key: string): Promise<unknown> {
		const stored = await store.get(bridgeState, idOf(key));
		return stored === undefined ? undefined : sealing.open(stored.doc.value);
	}

	async function write(
		key: string,
		valueAfter: (kept: { readonly value: unknown } | undefined) => unknown,
	): Promise<void> {
		for (;;) {
			const stored = await store.get(bridgeState, idOf(key));
			const doc = { value: sealing.seal(valueAfter(stored?.doc)) };
			if (stored !== undefined) {
				if (await store.replace(bridgeState, idOf(key), stored.rev, doc)) return;
				continue;
			}
			try {
				return await store.insert(bridgeState, idOf(key), doc);
			} catch (error) {
				if (!(error instanceof Duplicate)) throw error;
			}
		}
	}

	return {
		get,
		set: (key, value) => write(key, () => value),
		update: (key, change) => write(key, (kept) => change(kept === undefined ? undefined : sealing.open(kept.value))),
		async setIfAbsent(key, value) {
			await store.insertMissing(bridgeState, [{ id: idOf(key), doc: { value: sealing.seal(value) } }]);
			return get(key);
		},
		async delete(key) {
			await store.delete(bridgeState, idOf(key));
		},
		async list(prefix, { after, limit }) {
			const page = await store.page(bridgeState, { order: "asc", limit, after: [idOf(after ?? prefix)] });
			const own = page.filter((stored) => stored.id.startsWith(idOf(prefix)));
			return own.map((stored) => ({ key: stored.id.slice(idOf("").length), value: sealing.open(stored.doc.value) }));
		},
	};
}
