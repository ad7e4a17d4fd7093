const minute = 60;
const day = 86_400;

/** How long things last, in seconds. */
export const lifetimes = {
	code: minute,
	deviceCode: 10 * minute,
	interaction: 60 * minute,
	accessToken: 60 * minute,
	/** Short, because a resource server can't learn that a JWT has been revoked. */
	jwt: 10 * minute,
	idToken: 60 * minute,
	/** Counted from its last use. */
	refreshToken: 60 * day,
	grant: 400 * day,
	session: 14 * day,
	/** A session without a login. */
	anonymousSession: 60 * minute,
} as const;
