import { Unavailable } from "#core/errors.ts";

/** When clients should try again that were turned away, in seconds. */
export const retryAfterSeconds = 5;

/** The problem of a request that is turned away because there are more than can be answered. */
export const overloaded = (): Unavailable =>
	new Unavailable("The provider has more requests than it can answer now", retryAfterSeconds, undefined, "overloaded");
