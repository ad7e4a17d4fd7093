import type { CoreContext } from "../events/context.ts";
import type { BridgeName, MessageId } from "../ids.ts";
import type { MessageEvents } from "../messages/events.ts";
import { messages } from "../messages/message.ts";
import type { Message } from "../model/message.ts";
import type { MessageRef } from "../ports/bridge/remote-event.ts";
import { remoteKey } from "../remote-key.ts";
import { editByRemote } from "./find-edit.ts";
import { linkByRemote } from "./links.ts";

/** The message with this id on a network, or with an edit that has it: a message from there, or the copy of one that was delivered there. */
export async function messageByRemote(
	context: Pick<CoreContext, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<Message | undefined> {
	const id =
		(await postedAs(context, bridge, remote)) ??
		(await linkByRemote(context, bridge, remote))?.message ??
		(await editByRemote(context, bridge, remote))?.message;
	return id === undefined ? undefined : (await context.store.get(messages, id))?.doc;
}

/** A remote message is found by the natural key of its event, which is its remote id, so that it needs no index of its own. */
async function postedAs(
	{ store }: Pick<CoreContext, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<MessageId | undefined> {
	const event = await store.eventBy("natural", remoteKey(bridge, remote));
	return event?.type === "message.posted" ? (event.body as MessageEvents["message.posted"]).message.id : undefined;
}

/** The message that a bridge refers to, by remote or local id. */
export async function messageByRef(
	context: Pick<CoreContext, "store">,
	bridge: BridgeName,
	ref: MessageRef,
): Promise<Message | undefined> {
	return "local" in ref
		? (await context.store.get(messages, ref.local))?.doc
		: messageByRemote(context, bridge, ref.remote);
}
