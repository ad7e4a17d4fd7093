/** The time, in milliseconds since 1970. Injected, so that a test can set it. */
export interface Clock {
	now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };

/**
 * Whether less than `forMs` milliseconds have passed since a time that was noted. A time that lies ahead was noted before the clock was set
 * back: it must not count until the clock has caught up with it, so that the answer is no.
 */
export const isWithin = (since: number, now: number, forMs: number): boolean => since <= now && now - since < forMs;

/**
 * Whether a time that was noted as at most `longestMs` milliseconds ahead has come. One that lies further ahead was noted before the clock
 * was set back, and has come, too.
 */
export const hasCome = (time: number, now: number, longestMs: number): boolean => time <= now || time - now > longestMs;
