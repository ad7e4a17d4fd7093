import type { BridgeHost, LinkedRoom, MessageRef, RemoteEvent, RemoteEventKind } from "#bridge-kit";
import type { MatrixEvent } from "./event.ts";

/**
 * Nobody speaks in one room from another: who was thrown out of a linked room could still name its events elsewhere. A reply
 * to another room's event answers nothing; an edit, a reaction or a redaction of one is nothing (`undefined`).
 *
 * @param rooms where the events of the same batch were sent, by their ids: they are not in the store yet
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

/** Which other event each kind of event names, by which it could reach into another room. */
const targets: { readonly [K in RemoteEventKind]: TargetOf<K> | "none" } = {
	message: ({ replyTo }) => replyTo,
	edit: ({ target }) => target,
	removal: ({ target }) => target,
	reaction: ({ target }) => target,
	unreaction: ({ target }) => target,
	retraction: ({ target }) => ({ remote: target }),
	join: "none",
	leave: "none",
	answer: "none",
	profile: "none",
	gone: "none",
	portal: "none",
};

function targetOf(remote: RemoteEvent): string | undefined {
	const find = targets[remote.kind] as TargetOf<RemoteEventKind> | "none";
	const ref = find === "none" ? undefined : find(remote);
	return ref !== undefined && "remote" in ref ? ref.remote : undefined;
}

/** What is not known (yet) is believed to be here: nobody can name an event before it was sent. */
async function isHere(
	host: Pick<BridgeHost, "messages">,
	target: string,
	{ room, channel }: Pick<LinkedRoom, "room" | "channel">,
	rooms: ReadonlyMap<string, MatrixEvent>,
): Promise<boolean> {
	const inBatch = rooms.get(target);
	if (inBatch !== undefined) return inBatch.room_id === room;
	const message = await host.messages.byRemote(target);
	return message === undefined || message.channel === channel;
}
