import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";

const prefix = "revoked:";

/** Notifies every process that a credential of an account was revoked, so that its open streams end at once. */
export function announceRevocation({ bus }: Pick<CoreContext, "bus">, account: AccountId): void {
	bus.publish(`${prefix}${account}`, 0);
}

/** The account of a notification by {@link announceRevocation}; `undefined` for any other message on the bus. */
export const revokedAccountOf = (stream: string): AccountId | undefined =>
	stream.startsWith(prefix) ? (stream.slice(prefix.length) as AccountId) : undefined;
