/** A map of at most `max` entries that drops the one set longest ago: a cache for values that can be read again. */
export class BoundedMap<K, V> {
	readonly #entries = new Map<K, V>();
	readonly #max: number;
	constructor(max: number) {
		this.#max = max;
	}
	get(key: K): V | undefined {
		return this.#entries.get(key);
	}
	set(key: K, value: V): void {
		this.#entries.delete(key);
		this.#entries.set(key, value);
		if (this.#entries.size > this.#max) {
			for (const oldest of this.#entries.keys()) {
				this.#entries.delete(oldest);
				break;
			}
		}
	}
	delete(key: K): void {
		this.#entries.delete(key);
	}
}
