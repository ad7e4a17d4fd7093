import type { CoreContext } from "../../events/context.ts";
import type { Shadows } from "../../federation/shadows.ts";
import { placeOf } from "../../groups/place.ts";
import type { BridgeName, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Received, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import type { Targets } from "../outgoing/targets.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import { receiveAnswer } from "./answer.ts";
import { type IncomingBatch, ignored, type PendingOutcome, type Receiver } from "./batch.ts";
import { receiveEdit } from "./edit.ts";
import { receiveJoin, receiveLeave, receiveUnblock } from "./membership.ts";
import { receiveMessage } from "./message.ts";
import { eventToRetry } from "./overtaken.ts";
import type { ParkedEvents } from "./parked-events.ts";
import { receiveGone, receiveProfile } from "./person.ts";
import { receivePortal } from "./portal.ts";
import { receiveReaction, receiveUnreaction } from "./reaction.ts";
import { receiveRemoval, receiveRetraction } from "./removal.ts";

const receivers: { readonly [K in RemoteEvent["kind"]]: Receiver<K> } = {
	message: receiveMessage,
	edit: receiveEdit,
	removal: receiveRemoval,
	retraction: receiveRetraction,
	reaction: receiveReaction,
	unreaction: receiveUnreaction,
	join: receiveJoin,
	leave: receiveLeave,
	unblock: receiveUnblock,
	answer: receiveAnswer,
	profile: receiveProfile,
	gone: receiveGone,
	portal: receivePortal,
};

/** Receives all events of bridges (design §3), in order, each once. */
export interface Incoming {
	/** Receives events. Resolves with their outcomes when these are durable. */
	receive(bridge: BridgeName, events: readonly RemoteEvent[]): Promise<readonly Received[]>;
	/** Retries parked events whose target has arrived meanwhile, and deletes those that have waited too long. */
	sweep(): Promise<void>;
}

/** Receives remote events on behalf of the senders' shadows. */
export function createIncoming(
	context: CoreContext,
	{ shadows, parkedEvents, targets }: { shadows: Shadows; parkedEvents: ParkedEvents; targets: Targets },
): Incoming {
	async function receive(bridge: BridgeName, events: readonly RemoteEvent[]): Promise<readonly Received[]> {
		const steps: Promise<Received>[] = [];
		const batch = openBatch(context, bridge, { parkedEvents, targets, settled: () => Promise.all(steps) });
		for (const event of events) {
			const sender = await shadows.of(bridge, event.sender);
			const step = await receiveOne(batch, sender, event);
			if (event.kind === "gone") shadows.forget(bridge, event.sender);
			// The first failure is reported below; meanwhile none may be an unhandled rejection.
			step.done.catch(() => {});
			steps.push(step.done);
		}
		const received = await Promise.all(steps);
		for (const [i, event] of events.entries()) if (received[i]?.status === "accepted") await unpark(bridge, event);
		return received;
	}

	/** Receives the events that were parked until this one arrived. */
	async function unpark(bridge: BridgeName, event: RemoteEvent): Promise<void> {
		const arrived = event.kind === "message" ? event.message : event.kind === "reaction" ? event.reaction : undefined;
		if (arrived !== undefined) await retryParked(remoteKey(bridge, arrived));
	}

	async function retryParked(key: string): Promise<void> {
		for (const { id, parked } of await parkedEvents.waitingFor(key)) {
			const event = eventToRetry(parked.event);
			if (event === undefined) continue;
			const [received] = await receive(parked.bridge, [event]);
			if (received?.status !== "parked") await parkedEvents.release(id);
		}
	}

	return {
		receive,
		async sweep() {
			await parkedEvents.expire();
			for (const key of parkedEvents.takeNewKeys()) await retryParked(key);
		},
	};
}

async function receiveOne(batch: IncomingBatch, sender: Account, event: RemoteEvent): Promise<PendingOutcome> {
	if (sender.deletedAt !== undefined) return ignored("gone");
	const receiver = receivers[event.kind] as Receiver<typeof event.kind>;
	return receiver(batch, sender, event as never);
}

function openBatch(
	context: CoreContext,
	bridge: BridgeName,
	{ settled, ...rest }: Pick<IncomingBatch, "parkedEvents" | "targets"> & { readonly settled: () => Promise<unknown> },
): IncomingBatch {
	const decided = new Map<string, Promise<unknown>>();
	function decideOnce<T>(question: string, decide: () => Promise<T>): Promise<T> {
		const known = decided.get(question) ?? decide();
		decided.set(question, known);
		return known as Promise<T>;
	}
	return {
		context,
		bridge,
		...rest,
		decideOnce,
		place: (channel: ChannelId) => decideOnce(`place ${channel}`, () => placeOf(context, channel)),
		linkedRoom: (room) =>
			decideOnce(`room ${room}`, async () => {
				const portal = await portalByRoom(context, bridge, room);
				return portal?.state === "active" ? placeOf(context, portal.channel) : undefined;
			}),
		async flush() {
			await settled();
			decided.clear();
		},
	};
}
