import type { World } from "../events/world.ts";
import type { Gate } from "../gate.ts";
import type { AttemptLimiter } from "../ports/attempts.ts";
import type { FactorsPort } from "../ports/factors.ts";
import type { MailPort } from "../ports/mail.ts";
import type { Background } from "./background.ts";

export const registrationModes = ["open", "invite", "closed"] as const;
export type RegistrationMode = (typeof registrationModes)[number];

/** What the use cases of identity need beside the rest of the world; built once, where the world is. */
export interface Identity {
	readonly registration: { readonly mode: RegistrationMode };
	/** What the provider calls itself in mails and authenticator apps. */
	readonly instanceName: string;
	/** Hashing of passwords: 64 MiB each, so two at a time. */
	readonly hashing: Gate;
	readonly mail: MailPort;
	readonly factors: FactorsPort;
	readonly attempts: AttemptLimiter;
	readonly background: Background;
}

/** What the use cases of identity need: everything that the others need, and the parts that only identity uses. */
export interface IdentityWorld extends World {
	readonly identity: Identity;
}
