import type { BridgeHost, LinkedRoom, MessageRef, RemoteEvent, RemoteEventKind } from "#bridge-kit";
import type { MatrixEvent } from "./event.ts";

/**
 * Keeps events from reaching into another room: a user who was banned from a linked room could still name its events elsewhere. A
 * reply to an event of another room loses that relation; an edit, a reaction or a redaction is dropped (`undefined`).
 *
 * @param rooms the events of the same batch by their ids, since they are not in the store yet
 */
export async function inScope(
	host: Pick<BridgeHost, "messages">,
	remote: RemoteEvent,
	here: Pick<LinkedRoom, "room" | "channel">,
	rooms: ReadonlyMap<string, MatrixEvent>,
): Promise<RemoteEvent | undefined> {
	const target = targetOf(remote);
	if (target === undefined || (await isHere(host, target, here, rooms))) return remote;
	if (remote.kind !== "message") return undefined;
	const { replyTo: _elsewhere, ...message } = remote;
	return message;
}

type TargetOf<K extends RemoteEventKind> = (event: Extract<RemoteEvent, { kind: K }>) => MessageRef | undefined;

/** The other event that each kind of event names. */
const targets: { readonly [K in RemoteEventKind]: TargetOf<K> | "none" } = {
	message: ({ replyTo }) => replyTo,
	edit: ({ target }) => target,
	removal: ({ target }) => target,
	reaction: ({ target }) => target,
	unreaction: ({ target }) => target,
	retraction: ({ target }) => ({ remote: target }),
	join: "none",
	leave: "none",
	unblock: "none",
	answer: "none",
	expulsion: "none",
	profile: "none",
	gone: "none",
	portal: "none",
};

function targetOf(remote: RemoteEvent): string | undefined {
	const find = targets[remote.kind] as TargetOf<RemoteEventKind> | "none";
	const ref = find === "none" ? undefined : find(remote);
	return ref !== undefined && "remote" in ref ? ref.remote : undefined;
}

/** Whether an event belongs to this room. An unknown one is assumed to: event ids can't be guessed before they are sent. */
async function isHere(
	host: Pick<BridgeHost, "messages">,
	target: string,
	{ room, channel }: Pick<LinkedRoom, "room" | "channel">,
	rooms: ReadonlyMap<string, MatrixEvent>,
): Promise<boolean> {
	const inBatch = rooms.get(target);
	if (inBatch !== undefined) return inBatch.room_id === room;
	const message = await host.messages.byRemote(target);
	return message === undefined || message.channel === channel || message.origin?.room === room;
}
