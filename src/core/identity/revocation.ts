import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";

const prefix = "revoked:";

/** Tells every process that a credential of an account has ended, so that open streams end at once and not when they are next asked. */
export function tellRevoked({ bus }: Pick<World, "bus">, account: AccountId): void {
	bus.publish(`${prefix}${account}`, 0);
}

/** The account whose credential has ended; `undefined`: this message is of something else. */
export const revokedBy = (stream: string): AccountId | undefined =>
	stream.startsWith(prefix) ? (stream.slice(prefix.length) as AccountId) : undefined;
