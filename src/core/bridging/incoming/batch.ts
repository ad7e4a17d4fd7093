import { admits, type Circle, circleOf } from "../../access/circle.ts";
import type { CoreContext } from "../../events/context.ts";
import type { Place } from "../../groups/place.ts";
import type { BridgeName, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Message } from "../../model/message.ts";
import type { MessageRef, Received, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import { messageByRef } from "../find-message.ts";
import type { Targets } from "../outgoing/targets.ts";
import type { ParkedEvents } from "./parked-events.ts";

/** The outcome of an event, which resolves when it is durable. It is wrapped, so that awaiting a receiver does not wait for it. */
export interface PendingOutcome {
	readonly done: Promise<Received>;
}

/**
 * Why an event is received. `delivered`: its network has just sent it. `retried`: it was parked, and its target may have arrived.
 * `fetched`: we have read it from its server, since another message needs it. `last`: it was parked for a target that can't be had.
 */
export type Occasion = "delivered" | "retried" | "fetched" | "last";

/** A batch of remote events that is being received: what its receivers share. */
export interface IncomingBatch {
	readonly context: CoreContext;
	readonly bridge: BridgeName;
	readonly parkedEvents: ParkedEvents;
	readonly targets: Targets;
	/** Why its events are received now. */
	readonly occasion: Occasion;
	/** Whether the bridge can look for messages that are not here. */
	readonly findsParents: boolean;
	/** Has the missing parent of a parked message looked for. @param key the key of the parent's remote id */
	lookForParent(key: string): void;
	/** A channel and its group, read once per batch. */
	place(channel: ChannelId): Promise<Place | undefined>;
	/** The channel that an active room is linked to, read once per batch. */
	linkedRoom(room: string): Promise<Place | undefined>;
	/** Makes a decision once per batch. It holds until the next flush, which precedes every change that could affect it. */
	decideOnce<T>(question: string, decide: () => Promise<T>): Promise<T>;
	/** Resolves when the earlier events of the batch are durable and can be read. */
	flush(): Promise<void>;
}

/** Receives one kind of remote event. @param sender the shadow of the event's sender */
export type Receiver<K extends RemoteEvent["kind"]> = (
	batch: IncomingBatch,
	sender: Account,
	event: Extract<RemoteEvent, { kind: K }>,
) => Promise<PendingOutcome>;

/** An outcome that is known already. */
export const resolved = (received: Received): PendingOutcome => ({ done: Promise.resolve(received) });
/** The outcome of an event that changes nothing. */
export const ignored = (reason: Extract<Received, { status: "ignored" }>["reason"]): PendingOutcome =>
	resolved({ status: "ignored", reason });

/**
 * The `request` key of a remote event in the log, by which a repeated event changes nothing. Only a network that uses no id twice has one:
 * on others the state decides whether an event changes anything (design §3.1 rule 6).
 */
export const requestOf = (batch: Pick<IncomingBatch, "bridge">, event: RemoteEvent): { readonly request?: string } =>
	event.isUnique === true ? { request: remoteKey(batch.bridge, event.id) } : {};

/** When a remote event happened by its sender's clock, never in the future, as a member of what it changes. */
export const sentAtOf = (
	{ context }: Pick<IncomingBatch, "context">,
	{ at }: RemoteEvent,
): { readonly sentAt?: number } => (at === undefined ? {} : { sentAt: Math.min(at, context.clock.now()) });

/** For how long the sender's clock decides about the order of two events. After that, a clock that was wrong does no more harm. */
const orderedMs = 24 * 3_600_000;

/**
 * True if an event happened, by its sender's clock, before the one that led to the present state, and only arrived after it.
 *
 * @param since when the present state began, by our clock
 */
export function isOvertaken(
	{ context }: Pick<IncomingBatch, "context">,
	{ at }: RemoteEvent,
	{ sentAt }: { readonly sentAt?: number },
	since: number,
): boolean {
	return at !== undefined && sentAt !== undefined && at < sentAt && context.clock.now() - since < orderedMs;
}

/** Finds a message, which may be one of the batch that is not durable yet. */
export async function findMessage(batch: IncomingBatch, ref: MessageRef): Promise<Message | undefined> {
	const found = await messageByRef(batch.context, batch.bridge, ref);
	if (found !== undefined) return found;
	await batch.flush();
	return messageByRef(batch.context, batch.bridge, ref);
}

/** Parks an event until its target arrives. A local target that does not exist will never arrive, so the event is ignored. */
export async function parkBehind(
	batch: IncomingBatch,
	event: RemoteEvent,
	ref: MessageRef,
	options?: { readonly isWanted: boolean },
): Promise<PendingOutcome> {
	if ("local" in ref) return ignored("unknown-target");
	const hasRoom = await batch.parkedEvents.park(batch.bridge, remoteKey(batch.bridge, ref.remote), event, options);
	return hasRoom ? resolved({ status: "parked" }) : ignored("unknown-target");
}

/** The circle of a place, read once per batch. */
export const circleIn = (batch: IncomingBatch, place: Place): Promise<Circle> =>
	batch.decideOnce(`circle ${place.channel.id}`, () => circleOf(batch.context, place));

/** True if a remote account may post here: it may read the place, or the place is a shadow, whose home decides. */
export function maySpeakIn(batch: IncomingBatch, place: Place, sender: Account): Promise<boolean> {
	return batch.decideOnce(`speak ${place.channel.id} ${sender.id}`, async () => {
		const circle = await circleIn(batch, place);
		if (circle.leaves === "nowhere") return false;
		return circle.homeOnly === true || admits(batch.context, circle, sender);
	});
}

/** True if the removal of a message or edit arrived before it, so that it must never appear. @param key the key of its remote id */
export async function wasRemoved(batch: IncomingBatch, sender: Account, key: string): Promise<boolean> {
	const { origin } = sender;
	if (origin === undefined) return false;
	const waiting = await batch.parkedEvents.undoing(key, remoteKey(batch.bridge, origin.id));
	return waiting.some(({ doc: { event } }) => event.kind === "removal" || event.kind === "retraction");
}
