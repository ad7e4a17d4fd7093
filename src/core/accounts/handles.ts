import { isClosedTier, type TierId } from "../model/tier.ts";
import type { LogEvent } from "../ports/store.ts";
import { isReservedHandle } from "./reserved-handles.ts";

const handleShape = /^[a-z0-9._-]{1,32}$/;

/** What was expected instead of a handle that is not allowed here (wire.md, "People"); `undefined` if it is allowed. */
export function handleFault(handle: string): string | undefined {
	if (!handleShape.test(handle)) return "1 to 32 of a-z, 0-9, '.', '_', '-'";
	if (handle.startsWith("_") || handle.startsWith("usr_")) return "a handle that does not start with '_' or 'usr_'";
	if (handle.endsWith(".")) return "a handle that does not end with '.'";
	if (isReservedHandle(handle)) return "a handle that is not reserved";
	return undefined;
}

/** The natural key of a handle on this provider. Accounts and channels share one namespace. */
export const handleKey = (handle: string): string => `handle:${handle}`;

/**
 * The next natural key for a handle, if its key is held by an event that has no claim to it: a closed channel, to which an earlier version
 * gave the handle. `undefined` if the handle is taken.
 */
export function nextHandleKey({ type, body, natural }: LogEvent): string | undefined {
	if (type !== "channel.created") return undefined;
	const { tier } = (body as { readonly channel: { readonly tier: TierId } }).channel;
	return isClosedTier(tier) ? `${natural}/open` : undefined;
}
