/** A Map that forgets its oldest entries: for what can be asked for again. */
export class BoundedMap<K, V> {
	readonly #entries = new Map<K, V>();
	readonly #max: number;
	constructor(max: number) {
		this.#max = max;
	}
	get size(): number {
		return this.#entries.size;
	}
	get(key: K): V | undefined {
		return this.#entries.get(key);
	}
	set(key: K, value: V): void {
		this.#entries.delete(key);
		this.#entries.set(key, value);
		if (this.#entries.size <= this.#max) return;
		const [oldest] = this.#entries.keys();
		this.#entries.delete(oldest as K);
	}
	delete(key: K): void {
		this.#entries.delete(key);
	}
}
