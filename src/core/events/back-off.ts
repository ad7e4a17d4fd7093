/** The wait after the first failure, and the longest wait, in milliseconds. */
const first = 1_000;
const longest = 3_600_000;

/**
 * The wait after the n-th consecutive failure (n ≥ 1), in milliseconds. It doubles from a second to an hour, with ± 20 % of jitter
 * so that a thousand hosts that went down together are not retried together. A wait that the other side asks for takes precedence,
 * within one second and one day.
 */
export function backOff(failures: number, askedMs: number | undefined, random: () => number = Math.random): number {
	if (askedMs !== undefined) return Math.min(Math.max(askedMs, first), 24 * longest);
	const wait = Math.min(first * 2 ** Math.min(failures - 1, 30), longest);
	return Math.round(wait * (0.8 + 0.4 * random()));
}
