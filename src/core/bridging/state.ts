import type { BridgeName } from "../ids.ts";
import type { BridgeStateStore } from "../ports/bridge.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import type { World } from "../world.ts";

/** A bridge's own corner of the store: `<bridge>/<key>` → a JSON value, or its encrypted form. */
export const bridgeState: Collection<{ readonly value: unknown }> = { name: "bridge_state", version: 1, indexes: {} };

/** How a value is kept: as it is, or sealed. */
export interface Sealing {
	seal(value: unknown): unknown;
	open(kept: unknown): unknown;
}
const asItIs: Sealing = { seal: (value) => value, open: (kept) => kept };

export function createBridgeState(
	{ store }: Pick<World, "store">,
	bridge: BridgeName | string,
	sealing: Sealing = asItIs,
): BridgeStateStore {
	const idOf = (key: string): string => `${bridge}/${key}`;

	async function get(key: string): Promise<unknown> {
		const stored = await store.get(bridgeState, idOf(key));
		return stored === undefined ? undefined : sealing.open(stored.doc.value);
	}

	return {
		get,
		async set(key, value) {
			const doc = { value: sealing.seal(value) };
			for (;;) {
				const stored = await store.get(bridgeState, idOf(key));
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
		},
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
