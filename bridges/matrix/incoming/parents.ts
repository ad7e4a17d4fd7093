import { BoundedMap, type BridgeHost, type RemoteEvent } from "#bridge-kit";
import type { EventSource } from "./receive-events.ts";

/** How many events that can't be had are remembered. */
const maxMissing = 10_000;

/** Whether an event can be replied to here: a message, or an edit, which means its message. */
export const hasText = ({ kind }: RemoteEvent): boolean => kind === "message" || kind === "edit";

/**
 * Makes sure that what a message replies to is here, if it can be had: it may have been lost on its way, while the reply was not. Then it is
 * processed first. A reply to what is not bridged, or older than the link, loses that relation. If the history can't be read now, the reply
 * is passed on as it is, and the core keeps it until its parent arrives.
 *
 * @param catchUp see `ReceiveEventsParts`
 */
export function createFindParent(host: Pick<BridgeHost, "messages">, catchUp: (room: string) => Promise<boolean>) {
	const missing = new BoundedMap<string, true>(maxMissing);
	const isHere = async (target: string): Promise<boolean> => (await host.messages.byRemote(target)) !== undefined;

	async function canBeHad(target: string, room: string, source: EventSource): Promise<boolean> {
		if (await isHere(target)) return true;
		if (missing.get(target) === true) return false;
		if (source === "pushed" && !(await catchUp(room))) return true;
		if (source === "pushed" && (await isHere(target))) return true;
		missing.set(target, true);
		return false;
	}

	/** @param inBatch the ids of the messages and edits that are processed together with this one */
	return async (
		remote: RemoteEvent,
		room: string,
		inBatch: ReadonlySet<string>,
		source: EventSource,
	): Promise<RemoteEvent> => {
		if (remote.kind !== "message" || remote.replyTo === undefined || "local" in remote.replyTo) return remote;
		const target = remote.replyTo.remote;
		if (inBatch.has(target) || (await canBeHad(target, room, source))) return remote;
		const { replyTo: _missing, ...message } = remote;
		return message;
	};
}
