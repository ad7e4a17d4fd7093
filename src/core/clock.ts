/** The time, in milliseconds since 1970. Injected, so that a test can set it. */
export interface Clock {
	now(): number;
}

/** The clock of the machine. */
export const systemClock: Clock = { now: () => Date.now() };
