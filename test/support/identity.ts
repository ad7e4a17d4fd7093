import { createGate } from "#core/gate.ts";
import { createBackground } from "#core/identity/background.ts";
import type { Identity } from "#core/identity/identity.ts";
import type { Mail } from "#core/ports/mail.ts";
import { createSealing, type Vault } from "#core/vault.ts";
import { type AttemptRates, createAttempts } from "../../src/factors/attempts.ts";
import { createPasskeys } from "../../src/factors/passkeys.ts";
import { createTotp } from "../../src/factors/totp.ts";
import { silentLogger } from "./silent-logger.ts";

/** A vault whose key is known. */
export const testVault = (): Vault => createSealing(Buffer.alloc(32, 7));

const wide = { points: 1000, seconds: 60 };

/** What people prove themselves by, with a letter box instead of a mail server. */
export function testIdentity(
	options: Partial<Identity> & { readonly rates?: Partial<AttemptRates>; readonly letters?: Mail[] } = {},
): Identity {
	const { rates, letters = [], ...rest } = options;
	const every = { signIn: wide, signInAddress: wide, signUp: wide, recovery: wide, recoveryAddress: wide, ...rates };
	return {
		registration: { mode: "open" },
		instanceName: "Test",
		hashing: createGate({ width: 2, line: 50, retryAfterSeconds: 10 }),
		mail: {
			enabled: true,
			async send(mail) {
				letters.push(mail);
			},
		},
		factors: { totp: createTotp(), passkeys: createPasskeys({ origin: "https://social.test", name: "Test" }) },
		attempts: createAttempts(every, 1),
		background: createBackground(silentLogger),
		...rest,
	};
}
