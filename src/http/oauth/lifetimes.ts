const minute = 60;
const day = 86_400;

/** How long things last, in seconds. */
export const lifetimes = {
	code: minute,
	deviceCode: 10 * minute,
	interaction: 60 * minute,
	accessToken: 60 * minute,
	/** Who is handed a JWT can't be told that it has been revoked. */
	jwt: 10 * minute,
	idToken: 60 * minute,
	/** From its last use on. */
	refreshToken: 60 * day,
	grant: 400 * day,
	session: 14 * day,
	/** Of somebody who is not logged in. */
	visit: 60 * minute,
} as const;
