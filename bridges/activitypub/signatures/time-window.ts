const HOUR = 3_600_000;
/** How long a signature without an expiry is valid. */
const MAX_AGE_MS = HOUR;
/** How far the sender's clock may be ahead of ours. */
const MAX_AHEAD_MS = HOUR;
/** The longest validity, whatever expiry the signature has. */
const MAX_LIFETIME_MS = 12 * HOUR;

/**
 * Whether a signature is valid at `now`: bounded on both sides (design §9 rule 2).
 * @param made when the signature was made (`Date`, `created`), milliseconds since 1970
 * @param expires its own expiry, which may extend its validity up to 12 hours
 */
export function isTimely(now: number, made: number, expires?: number): boolean {
	if (!Number.isFinite(made) || made > now + MAX_AHEAD_MS) return false;
	if (expires === undefined) return now - made <= MAX_AGE_MS;
	return Number.isFinite(expires) && now <= Math.min(expires, made + MAX_LIFETIME_MS);
}
