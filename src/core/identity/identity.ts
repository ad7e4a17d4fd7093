import type { CoreContext } from "../events/context.ts";
import type { Gate } from "../gate.ts";
import type { AttemptLimiter } from "../ports/attempts.ts";
import type { FactorsPort } from "../ports/factors.ts";
import type { MailPort } from "../ports/mail.ts";
import type { Background } from "./background.ts";

/** Who may create an account: anyone, holders of an invitation, or only the operator. */
export const registrationModes = ["open", "invite", "closed"] as const;
/** One of {@link registrationModes}. */
export type RegistrationMode = (typeof registrationModes)[number];

/** What only the use cases of identity need. */
export interface Identity {
	readonly registration: { readonly mode: RegistrationMode };
	/** The provider's name in mails and authenticator apps. */
	readonly instanceName: string;
	/** Limits the hashing of passwords, which takes 64 MiB each, to two at a time. */
	readonly hashing: Gate;
	readonly mail: MailPort;
	readonly factors: FactorsPort;
	readonly attempts: AttemptLimiter;
	readonly background: Background;
}

/** What the use cases of identity need: everything that all use cases need, and the parts that only identity uses. */
export interface IdentityContext extends CoreContext {
	readonly identity: Identity;
}
