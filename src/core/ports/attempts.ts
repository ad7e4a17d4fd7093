/** What may be tried only so often; each has a key of its own under `limits` of the configuration. */
export const attemptKinds = ["signIn", "signInAddress", "signUp", "recovery", "recoveryAddress"] as const;
/**
 * `signIn`: wrong passwords and codes for one account; `signInAddress`: those from one address; `signUp`: accounts made from
 * one address; `recovery`: recovery links for one account; `recoveryAddress`: those asked for from one address.
 */
export type AttemptKind = (typeof attemptKinds)[number];

/**
 * Counts attempts. The counts may be lost with the process; a lost count gives an attacker one more budget for each time
 * that the provider is started, and nothing more.
 */
export interface AttemptLimiter {
	/**
	 * Counts an attempt before it is made, so that many at once can't all be the first.
	 *
	 * @throws {TooManyRequests} the key has used up what it may try
	 */
	spend(kind: AttemptKind, key: string): Promise<void>;
	/** Takes one count back: the attempt was a right one. */
	refund(kind: AttemptKind, key: string): Promise<void>;
}
