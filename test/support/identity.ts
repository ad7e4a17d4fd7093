import type { Identity } from "#core/identity/identity.ts";
import type { Mail } from "#core/ports/mail.ts";
import { createSealing, type Vault } from "#core/vault.ts";
import { type AttemptRates } from "../../src/factors/attempts.ts";
import { buildIdentity } from "../../src/gateway/identity.ts";
import { silentLogger } from "./silent-logger.ts";

/** A vault with a fixed key. */
export const testVault = (): Vault => createSealing(Buffer.alloc(32, 7));

const generousRate = { points: 1000, seconds: 60 };

/** The authentication services; mail goes to `letters` instead of a mail server. */
export function testIdentity(
	options: Partial<Identity> & { readonly rates?: Partial<AttemptRates>; readonly letters?: Mail[] } = {},
): Identity {
	const { rates, letters = [], ...rest } = options;
	const every = {
		signIn: generousRate,
		signInAddress: generousRate,
		signUp: generousRate,
		recovery: generousRate,
		recoveryAddress: generousRate,
		...rates,
	};
	return {
		...buildIdentity({
			registration: { mode: "open" },
			instanceName: "Test",
			origin: "https://social.test",
			mail: {
				enabled: true,
				async send(mail) {
					letters.push(mail);
				},
			},
			attempts: every,
			scale: 1,
			logger: silentLogger,
		}),
		...rest,
	};
}
