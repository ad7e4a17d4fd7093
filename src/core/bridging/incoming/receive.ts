import type { CoreContext } from "../../events/context.ts";
import type { PausedLanes } from "../../events/paused-lanes.ts";
import type { Shadows } from "../../federation/shadows.ts";
import { placeOf } from "../../groups/place.ts";
import type { BridgeName, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { Received, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import { deliveryLane, laneBeside } from "../outgoing/delivery.ts";
import type { Targets } from "../outgoing/targets.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import { receiveAnswer } from "./answer.ts";
import { type IncomingBatch, ignored, type Occasion, type PendingOutcome, type Receiver } from "./batch.ts";
import { cleanEvent } from "./clean-event.ts";
import { receiveEdit } from "./edit.ts";
import { receiveExpulsion } from "./expulsion.ts";
import { fitRaw } from "./fit-raw.ts";
import { receiveJoin, receiveLeave, receiveUnblock } from "./membership.ts";
import { receiveMessage } from "./message.ts";
import { createMissingParents } from "./missing-parents.ts";
import type { ParkedEvents } from "./parked-events.ts";
import { receiveGone, receiveProfile } from "./person.ts";
import { receivePortal } from "./portal.ts";
import { receiveReaction, receiveUnreaction } from "./reaction.ts";
import { receiveRemoval, receiveRetraction } from "./removal.ts";
import { createRetryParked } from "./retry-parked.ts";
import { receiveUnseen } from "./unseen.ts";

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
	expulsion: receiveExpulsion,
	profile: receiveProfile,
	gone: receiveGone,
	portal: receivePortal,
};

/** How many parked events are received before the arrival of their target is acknowledged. */
const atOnce = 100;

/** Receives all events of bridges (design §3), in order, each once. */
export interface Incoming {
	/** Receives events. Resolves with their outcomes when these are durable. */
	receive(bridge: BridgeName, events: readonly RemoteEvent[]): Promise<readonly Received[]>;
	/** Looks for the parent with this key, for which replies wait. Resolves with the time of the next attempt, if one is needed. */
	findParent(key: string): Promise<number | undefined>;
	/** Retries parked events whose target has arrived meanwhile, and deletes those that have waited too long. */
	sweep(): Promise<void>;
}

/** What receiving depends on. */
export interface IncomingParts {
	readonly shadows: Shadows;
	readonly parkedEvents: ParkedEvents;
	readonly targets: Targets;
	readonly bridges: () => readonly Bridge[];
	readonly pausedLanes: Pick<PausedLanes, "heardFrom">;
	/** Called with the key of a remote message that is needed and not here. */
	readonly lookForParent: (key: string) => void;
}

/** Receives remote events on behalf of the senders' shadows. */
export function createIncoming(
	context: CoreContext,
	{ shadows, parkedEvents, targets, bridges, pausedLanes, lookForParent }: IncomingParts,
): Incoming {
	const retryParked = createRetryParked(context, { parkedEvents, receive });
	const findParent = createMissingParents(context, { bridges, parkedEvents, receive, retryParked });

	function hostHeardFrom(lane: string): void {
		for (const bulk of [false, true]) pausedLanes.heardFrom(deliveryLane(laneBeside(lane, bulk)));
	}

	async function receive(
		bridge: BridgeName,
		events: readonly RemoteEvent[],
		occasion: Occasion = "delivered",
	): Promise<readonly Received[]> {
		const steps: Promise<Received>[] = [];
		const findsParents = bridges().some(
			({ name, resolvers }) => name === bridge && resolvers.message !== "unsupported",
		);
		const shared = { parkedEvents, targets, occasion, findsParents, lookForParent };
		const batch = openBatch(context, bridge, { ...shared, settled: () => Promise.all(steps) });
		for (const event of events) {
			// A host that sends is up: what waits for it is tried now.
			if (event.sender.reach !== undefined && occasion === "delivered") hostHeardFrom(event.sender.reach.lane);
			const step = await receiveFitted(batch, fitRaw(cleanEvent(event)));
			if (event.kind === "gone") shadows.forget(bridge, event.sender);
			// The first failure is reported below; meanwhile none may be an unhandled rejection.
			step.done.catch(() => {});
			steps.push(step.done);
		}
		const received = await Promise.all(steps);
		for (const [i, event] of events.entries()) if (received[i]?.status === "accepted") await unpark(bridge, event);
		return received;
	}

	async function receiveFitted(batch: IncomingBatch, event: RemoteEvent): Promise<PendingOutcome> {
		const { bridge, occasion } = batch;
		const unseen = (await shadows.has(bridge, event.sender)) ? undefined : await receiveUnseen(batch, event);
		if (unseen !== undefined) return unseen;
		// What an event says about its sender is as old as the event.
		const isOld = occasion === "retried" || occasion === "last";
		const sender = await (isOld ? shadows.asKnown(bridge, event.sender) : shadows.of(bridge, event.sender));
		return receiveOne(batch, sender, event);
	}

	/** Receives the events that were parked until this one arrived: a few at once, so that its sender is answered, the others in a lane. */
	async function unpark(bridge: BridgeName, event: RemoteEvent): Promise<void> {
		const arrived = idOf(event);
		if (arrived === undefined) return;
		const key = remoteKey(bridge, arrived);
		if (!(await retryParked(key, { atMost: atOnce }))) lookForParent(key);
	}

	return {
		receive: (bridge, events) => receive(bridge, events),
		findParent,
		async sweep() {
			await parkedEvents.expire();
			for (const key of parkedEvents.takeNewKeys()) {
				await retryParked(key);
				if (await parkedEvents.isWanted(key)) lookForParent(key);
			}
		},
	};
}

/** The remote id by which later events may refer to what an event brings. */
function idOf(event: RemoteEvent): string | undefined {
	if (event.kind === "message") return event.message;
	if (event.kind === "edit") return event.edit;
	return event.kind === "reaction" ? event.reaction : undefined;
}

async function receiveOne(batch: IncomingBatch, sender: Account, event: RemoteEvent): Promise<PendingOutcome> {
	if (sender.deletedAt !== undefined) return ignored("gone");
	const receiver = receivers[event.kind] as Receiver<typeof event.kind>;
	return receiver(batch, sender, event as never);
}

function openBatch(
	context: CoreContext,
	bridge: BridgeName,
	{
		settled,
		...rest
	}: Pick<IncomingBatch, "parkedEvents" | "targets" | "occasion" | "findsParents" | "lookForParent"> & {
		readonly settled: () => Promise<unknown>;
	},
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
