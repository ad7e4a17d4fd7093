import { createGate } from "#core/gate.ts";
import { createBackground } from "#core/identity/background.ts";
import type { Identity } from "#core/identity/identity.ts";
import type { Logger } from "#core/ports/logger.ts";
import type { Config } from "../config.ts";
import { createAttempts } from "../factors/attempts.ts";
import { createPasskeys } from "../factors/passkeys.ts";
import { createTotp } from "../factors/totp.ts";
import { createMail } from "../mail/smtp.ts";

/** Builds what people prove themselves by. Nothing is loaded before it is needed. */
export function openIdentity(config: Config, logger: Logger): Identity {
	const { publicUrl: origin, instance, limits, mail, registration } = config;
	return {
		registration: { mode: registration.mode },
		instanceName: instance.name,
		// 64 MiB and a core each: two at once, and no longer a line than people have patience for.
		hashing: createGate({ width: 2, line: 50, retryAfterSeconds: 10, detail: "Too many sign in at the moment" }),
		mail: createMail(mail),
		factors: { totp: createTotp(), passkeys: createPasskeys({ origin, name: instance.name }) },
		attempts: createAttempts(limits, limits.scale),
		background: createBackground(logger),
	};
}
