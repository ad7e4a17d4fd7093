import { createGate } from "#core/gate.ts";
import { createBackground } from "#core/identity/background.ts";
import type { Identity } from "#core/identity/identity.ts";
import type { Logger } from "#core/ports/logger.ts";
import type { MailPort } from "#core/ports/mail.ts";
import type { Config } from "../config.ts";
import { type AttemptRates, createAttempts } from "../factors/attempts.ts";
import { createPasskeys } from "../factors/passkeys.ts";
import { createTotp } from "../factors/totp.ts";
import { createMail } from "../mail/smtp.ts";

/** The adapters and settings of sign-in. */
export interface IdentityParts extends Pick<Identity, "registration" | "instanceName"> {
	/** The origin that passkeys are bound to. */
	readonly origin: string;
	readonly mail: MailPort;
	readonly attempts: AttemptRates;
	/** Multiplies the rates. */
	readonly scale: number;
	readonly logger: Logger;
}

/** Builds the means of authentication. Their packages are loaded on first use. */
export const buildIdentity = ({
	registration,
	instanceName,
	origin,
	mail,
	attempts,
	scale,
	logger,
}: IdentityParts): Identity => ({
	registration,
	instanceName,
	// Each hash takes 64 MiB and a CPU core, hence two at once; the queue is bounded, so that waiting times stay acceptable.
	hashing: createGate({ width: 2, line: 50, retryAfterSeconds: 10 }),
	mail,
	factors: { totp: createTotp(), passkeys: createPasskeys({ origin, name: instanceName }) },
	attempts: createAttempts(attempts, scale),
	background: createBackground(logger),
});

/** Builds the means of authentication that the configuration describes. */
export const openIdentity = (
	{ publicUrl: origin, instance, limits, mail, registration }: Config,
	logger: Logger,
): Identity =>
	buildIdentity({
		registration: { mode: registration.mode },
		instanceName: instance.name,
		origin,
		mail: createMail(mail),
		attempts: limits,
		scale: limits.scale,
		logger,
	});
