import type { BridgeStateStore } from "#core/ports/bridge/state.ts";

/** A bridge's state in memory. @param read called for every read of one value */
export function memoryState(read: () => void): BridgeStateStore {
	const values = new Map<string, unknown>();
	return {
		async get(key) {
			read();
			return structuredClone(values.get(key));
		},
		async set(key, value) {
			values.set(key, structuredClone(value));
		},
		async setIfAbsent(key, value) {
			if (!values.has(key)) values.set(key, structuredClone(value));
			return structuredClone(values.get(key));
		},
		async delete(key) {
			values.delete(key);
		},
		async list(prefix, { after, limit }) {
			const keys = [...values.keys()]
				.filter((key) => key.startsWith(prefix) && (after === undefined || key > after))
				.sort();
			return keys.slice(0, limit).map((key) => ({ key, value: structuredClone(values.get(key)) }));
		},
	};
}
