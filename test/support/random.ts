/** Reproducible random choices; `CAUSEWAY_TEST_SEED` sets the seed. */
export interface Random {
	readonly seed: number;
	/** An integer from `least` to `most`, both included. */
	integer(least: number, most: number): number;
	pick<T>(list: readonly T[]): T | undefined;
}

export function seededRandom(
	seed = Number(process.env.CAUSEWAY_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31)),
): Random {
	let state = seed >>> 0;
	/** Mulberry32: uniform from 0 to below 1, and the same for the same seed on every machine. */
	function next(): number {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	}
	const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
	return { seed, integer, pick: (list) => list[integer(0, list.length - 1)] };
}
