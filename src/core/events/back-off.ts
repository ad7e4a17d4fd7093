/** First wait after a failure, the longest wait, in milliseconds. */
const first = 1_000;
const longest = 3_600_000;

/**
 * How long to wait after the n-th failure in a row (n ≥ 1): doubling from a second to an hour, with ± 20 % of jitter so that
 * a thousand hosts that fell together do not rise together. The other side's own wish goes before, but for a wish to be
 * asked without a pause.
 */
export function backOff(failures: number, askedMs: number | undefined, random: () => number = Math.random): number {
	if (askedMs !== undefined) return Math.min(Math.max(askedMs, first), 24 * longest);
	const wait = Math.min(first * 2 ** Math.min(failures - 1, 30), longest);
	return Math.round(wait * (0.8 + 0.4 * random()));
}
