import type { World } from "../events/world.ts";
import type { BridgeName, MessageId } from "../ids.ts";
import type { MessageEvents } from "../messages/events.ts";
import { messages } from "../messages/message.ts";
import type { Message } from "../model/message.ts";
import type { MessageRef } from "../ports/bridge/remote-event.ts";
import { remoteKey } from "../remote-key.ts";
import { linkByRemote } from "./links.ts";

/** The message with this id on a network: a message from there, or the copy of a message that was delivered there. */
export async function messageByRemote(
	world: Pick<World, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<Message | undefined> {
	const id = (await postedAs(world, bridge, remote)) ?? (await linkByRemote(world, bridge, remote))?.message;
	return id === undefined ? undefined : (await world.store.get(messages, id))?.doc;
}

/** A remote message is found by the natural key of its event, which is its remote id, so that it needs no index of its own. */
async function postedAs(
	{ store }: Pick<World, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<MessageId | undefined> {
	const event = await store.eventBy("natural", remoteKey(bridge, remote));
	return event?.type === "message.posted" ? (event.body as MessageEvents["message.posted"]).message.id : undefined;
}

/** The message that a bridge refers to, by remote or local id. */
export async function messageByRef(
	world: Pick<World, "store">,
	bridge: BridgeName,
	ref: MessageRef,
): Promise<Message | undefined> {
	return "local" in ref
		? (await world.store.get(messages, ref.local))?.doc
		: messageByRemote(world, bridge, ref.remote);
}
