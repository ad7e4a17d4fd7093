import type { Random } from "./random.ts";

/** The items of a list in random order, each `times` times. */
export function shuffled<T>(all: readonly T[], random: Random, times = 1): readonly T[] {
	const list = Array.from({ length: times }, () => all).flat();
	for (let n = list.length - 1; n > 0; n--) {
		const other = random.integer(0, n);
		[list[n], list[other]] = [list[other] as T, list[n] as T];
	}
	return list;
}
