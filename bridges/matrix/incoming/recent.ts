/** Remembers between `size` and twice `size` of the last keys, in two sets of which the older is dropped as a whole: that is cheaper than deleting single keys. */
export interface Recent {
	has(key: string): boolean;
	add(key: string): void;
}

export function createRecent(size: number): Recent {
	let young = new Set<string>();
	let old = new Set<string>();
	return {
		has: (key) => young.has(key) || old.has(key),
		add(key) {
			young.add(key);
			if (young.size < size) return;
			old = young;
			young = new Set();
		},
	};
}
