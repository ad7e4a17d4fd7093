import { hasCome } from "../clock.ts";

/** The wait after the first failure, the longest wait, and the longest one that the other side can ask for, in milliseconds. */
const first = 1_000;
const longest = 3_600_000;
const longestAsked = 24 * longest;

/** A wait is longer or shorter by up to this share, so that a thousand hosts that went down together are not retried together. */
const jitter = 0.2;

const usual = (failures: number): number => Math.min(first * 2 ** Math.min(failures - 1, 30), longest);

/**
 * The wait after the n-th consecutive failure (n ≥ 1), in milliseconds. It doubles from a second to an hour, with ± 20 % of jitter. A wait
 * that the other side asks for takes precedence, within one second and one day.
 */
export function backOff(failures: number, askedMs: number | undefined, random: () => number = Math.random): number {
	if (askedMs !== undefined) return Math.min(Math.max(askedMs, first), longestAsked);
	return Math.round(usual(failures) * (1 - jitter + 2 * jitter * random()));
}

/** What is waited for. */
export interface Wait {
	/** Milliseconds since 1970. What was never put off is due at 0, whatever the clock says. */
	readonly until: number;
	/** The failures that it follows; after none there is nothing to wait for. */
	readonly failures: number;
	/** The other side has asked for it. */
	readonly asked?: boolean | undefined;
}

/**
 * Whether a wait is over. One that would still last longer than it was at the beginning was noted before the clock was set back, and is
 * over, too.
 */
export function isOver({ until, failures, asked = false }: Wait, now: number): boolean {
	if (failures === 0) return true;
	return hasCome(until, now, asked ? longestAsked : Math.ceil(usual(failures) * (1 + jitter)));
}
