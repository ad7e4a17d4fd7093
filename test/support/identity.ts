import type { Identity } from "#core/identity/identity.ts";
import type { Mail } from "#core/ports/mail.ts";
import { createSealing, type Vault } from "#core/vault.ts";
import { type AttemptRates } from "../../src/factors/attempts.ts";
import { buildIdentity } from "../../src/gateway/identity.ts";
import { silentLogger } from "./silent-logger.ts";

/** A vault with a fixed key. */
export const testVault = (): Vault => createSealing(Buffer.alloc(32, 7));

const wide = { points: 1000, seconds: 60 };

/** The means of authentication, with an array instead of a mail server. */
export function testIdentity(
	options: Partial<Identity> & { readonly rates?: Partial<AttemptRates>; readonly mails?: Mail[] } = {},
): Identity {
	const { rates, mails = [], ...rest } = options;
	const every = { signIn: wide, signInAddress: wide, signUp: wide, recovery: wide, recoveryAddress: wide, ...rates };
	return {
		...buildIdentity({
			registration: { mode: "open" },
			instanceName: "Test",
			origin: "https://social.test",
			mail: {
				enabled: true,
				async send(mail) {
					mails.push(mail);
				},
			},
			attempts: every,
			scale: 1,
			logger: silentLogger,
		}),
		...rest,
	};
}
