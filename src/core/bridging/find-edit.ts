import type { CoreContext } from "../events/context.ts";
import { type BridgeName, type MessageId } from "../ids.ts";
import type { MessageEvents } from "../messages/events.ts";
import { remoteKey } from "../remote-key.ts";
import { linkByRemote } from "./links.ts";

type Reader = Pick<CoreContext, "store">;

/** An edit: its message and the seq of its event; 0 if it changed nothing. */
export interface FoundEdit {
	readonly message: MessageId;
	readonly seq: number;
}

/** The edit with this id on a network: one from there, or one that was delivered there. */
export async function editByRemote(
	context: Reader,
	bridge: BridgeName,
	remote: string,
): Promise<FoundEdit | undefined> {
	const link = await linkByRemote(context, bridge, remote);
	if (link !== undefined) return link.edit === undefined ? undefined : { message: link.message, seq: link.edit };
	return receivedEdit(context, bridge, remote);
}

/** The seq of the event of an edit that was received with this id. */
export const seqOfEdit = async (context: Reader, bridge: BridgeName, remote: string): Promise<number | undefined> =>
	(await receivedEdit(context, bridge, remote))?.seq;

/** Edits that were received in an earlier version have no link, but the id of the remote event is the key of their request. */
async function receivedEdit({ store }: Reader, bridge: BridgeName, remote: string): Promise<FoundEdit | undefined> {
	const event = await store.eventBy("request", remoteKey(bridge, remote));
	if (event?.type !== "message.edited") return undefined;
	return { message: (event.body as MessageEvents["message.edited"]).message, seq: event.seq };
}
