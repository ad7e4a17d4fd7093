import type { BridgeName } from "../ids.ts";
import { type Message, messages } from "../messages/message.ts";
import type { MessageRef } from "../ports/bridge.ts";
import type { World } from "../world.ts";
import { linkByRemote } from "./links.ts";
import { remoteKey } from "./remote-key.ts";

/** The message that a network knows by this id: one that came from there, or the copy of one of ours. */
export async function messageByRemote(
	world: Pick<World, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<Message | undefined> {
	const [own] = await world.store.page(messages, {
		index: "remote",
		prefix: [remoteKey(bridge, remote)],
		order: "asc",
		limit: 1,
	});
	if (own !== undefined) return own.doc;
	const link = await linkByRemote(world, bridge, remote);
	return link === undefined ? undefined : (await world.store.get(messages, link.message))?.doc;
}

/** The message that a bridge names, by whichever id. */
export async function messageByRef(
	world: Pick<World, "store">,
	bridge: BridgeName,
	ref: MessageRef,
): Promise<Message | undefined> {
	return "local" in ref
		? (await world.store.get(messages, ref.local))?.doc
		: messageByRemote(world, bridge, ref.remote);
}
