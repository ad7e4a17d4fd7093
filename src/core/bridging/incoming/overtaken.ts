import type { AccountId } from "../../ids.ts";
import type { PlaceId } from "../../model/membership.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import { type IncomingBatch, sentAtOf } from "./batch.ts";
import type { ParkedEvent } from "./parked-event.ts";

type Join = Extract<RemoteEvent, { kind: "join" }>;
type Leave = Extract<RemoteEvent, { kind: "leave" }>;

/** The keys of events that are only remembered begin with it; no network's name does. */
const memoryPrefix = "~";
/** What a leave waits for that arrived before its join: the next join of this account in this place. */
export const joinKey = (place: PlaceId, account: AccountId): string => `${memoryPrefix}join:${place}/${account}`;
/** The key of the newest event that found a reaction, or the text of a message, as it wanted it. */
export const confirmedKey = (subject: string): string => `${memoryPrefix}confirmed:${subject}`;

/**
 * A parked event as it is tried again. What undoes something that had not arrived must not end what came after it: a leave is only
 * remembered, and a reaction is withdrawn only by its id.
 */
export function eventToRetry({ waitsFor, event }: ParkedEvent): RemoteEvent | undefined {
	if (waitsFor.startsWith(memoryPrefix)) return undefined;
	return event.kind === "unreaction" && event.reaction !== undefined ? { ...event, isById: true } : event;
}

/**
 * True if a join was undone by an event that arrived before it: the end of this follow, a block, or an `Undo` that names nothing but the
 * join's id. What the sender's clock says comes first, then the id of the join.
 */
export async function wasUndone(
	batch: IncomingBatch,
	place: PlaceId,
	account: AccountId,
	join: Join,
): Promise<boolean> {
	const { bridge, parkedEvents } = batch;
	const remembered = [
		...(await parkedEvents.undoing(joinKey(place, account))),
		...(await parkedEvents.undoing(remoteKey(bridge, join.id), remoteKey(bridge, join.sender.id))),
	];
	return remembered.some(({ doc: { event } }) => undoes(event, join));
}

function undoes(event: RemoteEvent, join: Join): boolean {
	if (event.sender.id !== join.sender.id) return false;
	// An `Undo` that names a reaction is not one of a join that has the same id.
	const isById = event.kind === "unreaction" && event.target === undefined;
	if (event.kind !== "leave" && !isById) return false;
	if (event.at !== undefined && join.at !== undefined) return join.at <= event.at;
	return event.kind !== "leave" || event.joined === undefined || event.joined === join.id;
}

/** True if a block was undone by an `Undo` that arrived before it, and names it in full or by nothing but its id. */
export async function wasBlockUndone(
	{ bridge, parkedEvents }: IncomingBatch,
	block: Leave,
	place: PlaceId,
	account: AccountId,
): Promise<boolean> {
	const remembered = [
		...(await parkedEvents.undoing(joinKey(place, account))),
		...(await parkedEvents.undoing(remoteKey(bridge, block.id), remoteKey(bridge, block.sender.id))),
	];
	return remembered.some(({ doc: { event } }) => {
		if (event.sender.id !== block.sender.id) return false;
		const isInFull = event.kind === "unblock" && event.overtook !== undefined;
		const isById = event.kind === "unreaction" && event.target === undefined;
		if (!isInFull && !isById) return false;
		if (event.at !== undefined && block.at !== undefined) return block.at <= event.at;
		return event.kind !== "unblock" || event.overtook === block.id;
	});
}

/** Whether a leave that ends no membership may have overtaken its join. A repetition of the leave that ended it has not. */
export function mayComeBeforeJoin(
	leave: Leave,
	now: { readonly request?: { readonly id?: string }; readonly sentAt?: number } | undefined,
): boolean {
	if (now === undefined) return true;
	if (leave.at !== undefined && now.sentAt !== undefined) return leave.at > now.sentAt;
	const known = now.request?.id;
	return leave.joined !== undefined && known !== undefined && leave.joined !== known;
}

/** Forgets the blocks of an account by this sender. Resolves with whether there were any. */
export async function forgetBlocks(
	{ parkedEvents }: IncomingBatch,
	place: PlaceId,
	account: AccountId,
): Promise<boolean> {
	const remembered = await parkedEvents.undoing(joinKey(place, account));
	const blocks = remembered.filter(({ doc: { event } }) => event.kind === "leave" && event.blocked === true);
	for (const block of blocks) await parkedEvents.release(block);
	return blocks.length > 0;
}

/**
 * Remembers for a while that an event confirmed what is there already, so that an older event that arrives later does not change it. Only
 * the newest one is kept.
 */
export async function rememberConfirmed(
	batch: IncomingBatch,
	subject: string,
	event: RemoteEvent,
	known: number | undefined,
): Promise<void> {
	const { sentAt } = sentAtOf(batch, event);
	if (sentAt === undefined || sentAt <= (known ?? Number.NEGATIVE_INFINITY)) return;
	const { bridge, parkedEvents } = batch;
	const before = await parkedEvents.undoing(confirmedKey(subject));
	if (before.some(({ doc }) => (doc.event.at ?? 0) >= sentAt)) return;
	// Only the time is kept: a text must not outlive its message here.
	const { id: remote, sender } = event;
	const memory = { kind: "retraction", id: remote, sender, target: subject, raw: {}, at: sentAt } as const;
	await parkedEvents.park(bridge, confirmedKey(subject), memory);
	for (const row of before) await parkedEvents.release(row);
}

/** When the newest event happened that confirmed what is there, by its sender's clock. */
export async function confirmedAt(
	{ parkedEvents }: IncomingBatch,
	subject: string,
): Promise<{ readonly sentAt?: number }> {
	const times = (await parkedEvents.undoing(confirmedKey(subject))).map(({ doc }) => doc.event.at ?? 0);
	return times.length === 0 ? {} : { sentAt: Math.max(...times) };
}
