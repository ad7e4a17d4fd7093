import type { Store } from "#core/ports/store.ts";

/** Counts the calls of a store. */
export function counting(store: Store): { readonly store: Store; readonly calls: () => number } {
	let calls = 0;
	const counted = new Proxy(store, {
		get(target, name) {
			const value = Reflect.get(target, name) as unknown;
			if (typeof value !== "function") return value;
			return (...values: unknown[]) => {
				calls++;
				return (value as (...given: unknown[]) => unknown).apply(target, values);
			};
		},
	});
	return { store: counted, calls: () => calls };
}
