/** Milliseconds since 1970. Injected, so that a test can turn the hands. */
export interface Clock {
	now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
