/** The kinds of attempts that are limited; the configuration has a key for each under `limits`. */
export const attemptKinds = ["signIn", "signInAddress", "signUp", "recovery", "recoveryAddress"] as const;
/**
 * `signIn`: wrong passwords and codes for one account; `signInAddress`: those from one IP address; `signUp`: accounts created from
 * one IP address; `recovery`: recovery links for one account; `recoveryAddress`: those requested from one IP address.
 */
export type AttemptKind = (typeof attemptKinds)[number];

/**
 * Limits attempts. The counts may be lost when the process ends: an attacker then gets one more budget per start of the provider,
 * and nothing else.
 */
export interface AttemptLimiter {
	/**
	 * Counts an attempt before it is made, so that concurrent attempts can't exceed the limit.
	 *
	 * @throws {TooManyRequests} the limit for this key is exhausted
	 */
	spend(kind: AttemptKind, key: string): Promise<void>;
	/** Takes the count of an attempt back, because it was not a wrong guess. */
	refund(kind: AttemptKind, key: string): Promise<void>;
}
