import type { TotpPort } from "#core/ports/factors.ts";

/** The parameters that every authenticator app supports (RFC 6238). */
const profile = { algorithm: "SHA1", digits: 6, period: 30 } as const;

/** TOTP by `otpauth`. */
export function createTotp(): TotpPort {
	const load = () => import("otpauth");
	return {
		async newSecret() {
			const { Secret } = await load();
			return new Secret({ size: 20 }).base32;
		},
		async uri({ secret, issuer, label }) {
			const { TOTP } = await load();
			return new TOTP({ ...profile, secret, issuer, label }).toString();
		},
		async stepOf(secret, code, now) {
			const { TOTP } = await load();
			const delta = new TOTP({ ...profile, secret }).validate({ token: code, timestamp: now, window: 1 });
			return delta === null ? undefined : Math.floor(now / 1000 / profile.period) + delta;
		},
	};
}
