import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import type { RemoteMessage } from "../../ports/bridge/remote-event.ts";
import { messageByRemote } from "../find-message.ts";

/** How many ancestors of one message are read from other servers. */
export const maxAncestors = 20;

/**
 * Reads a missing message and those above it, up to one that is here or can't be had.
 *
 * @returns the messages that were read, the uppermost first; each but the first replies to the one before it
 * @throws {Unavailable} a server can't answer now
 */
export async function readAncestors(
	context: Pick<CoreContext, "store">,
	bridge: BridgeName,
	read: (id: string) => Promise<RemoteMessage | undefined>,
	start: string,
): Promise<readonly RemoteMessage[]> {
	const found: RemoteMessage[] = [];
	const seen = new Set<string>();
	for (let id = start; found.length < maxAncestors && !seen.has(id); ) {
		seen.add(id);
		if ((await messageByRemote(context, bridge, id)) !== undefined) break;
		const message = await read(id);
		if (message === undefined) break;
		// A reply may name the page of its parent, which has another id.
		const below = found[0];
		if (below !== undefined) found[0] = { ...below, replyTo: { remote: message.message } };
		found.unshift(message);
		if (message.replyTo === undefined || "local" in message.replyTo) break;
		id = message.replyTo.remote;
	}
	return found;
}
