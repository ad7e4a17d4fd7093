import type { World } from "../../events/world.ts";
import type { Shadows } from "../../federation/shadows.ts";
import { placeOf } from "../../groups/place.ts";
import type { BridgeName, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Received, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import type { Targets } from "../outgoing/targets.ts";
import { portalByRoom } from "../portals/find-portal.ts";
import { receiveEdit } from "./edit.ts";
import { type Intake, ignored, type Receiver, type Step } from "./intake.ts";
import { receiveAnswer, receiveJoin, receiveLeave } from "./membership.ts";
import { receiveMessage } from "./message.ts";
import type { WaitingRoom } from "./parked.ts";
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
	answer: receiveAnswer,
	profile: receiveProfile,
	gone: receiveGone,
	portal: receivePortal,
};

/** The one way in (design §3): takes over what bridges report, in their order, once. */
export interface Incoming {
	/** Resolves when what became of each event is durable. */
	receive(bridge: BridgeName, events: readonly RemoteEvent[]): Promise<readonly Received[]>;
	/** Takes up what waits for things that have arrived meanwhile, and lets go of what waited in vain. */
	sweep(): Promise<void>;
}

export function createIncoming(
	world: World,
	{ shadows, waiting, targets }: { shadows: Shadows; waiting: WaitingRoom; targets: Targets },
): Incoming {
	async function receive(bridge: BridgeName, events: readonly RemoteEvent[]): Promise<readonly Received[]> {
		const steps: Promise<Received>[] = [];
		const intake = openIntake(world, bridge, { waiting, targets, settled: () => Promise.all(steps) });
		for (const event of events) {
			const sender = await shadows.of(bridge, event.sender);
			const step = await takeIn(intake, sender, event);
			if (event.kind === "gone") shadows.forget(bridge, event.sender);
			// Whoever fails first is reported below; the others must not be unhandled meanwhile.
			step.done.catch(() => {});
			steps.push(step.done);
		}
		const received = await Promise.all(steps);
		for (const [i, event] of events.entries()) if (received[i]?.status === "accepted") await unpark(bridge, event);
		return received;
	}

	/** Takes in what waited for the thing that has just arrived. */
	async function unpark(bridge: BridgeName, event: RemoteEvent): Promise<void> {
		const arrived = event.kind === "message" ? event.message : event.kind === "reaction" ? event.reaction : undefined;
		if (arrived !== undefined) await takeUp(remoteKey(bridge, arrived));
	}

	async function takeUp(key: string): Promise<void> {
		for (const { id, parked } of await waiting.waitingFor(key)) {
			const [received] = await receive(parked.bridge, [parked.event]);
			if (received?.status !== "parked") await waiting.release(id);
		}
	}

	return {
		receive,
		async sweep() {
			await waiting.expire();
			for (const key of waiting.fresh()) await takeUp(key);
		},
	};
}

async function takeIn(intake: Intake, sender: Account, event: RemoteEvent): Promise<Step> {
	if (sender.deletedAt !== undefined) return ignored("gone");
	const receiver = receivers[event.kind] as Receiver<typeof event.kind>;
	return receiver(intake, sender, event as never);
}

function openIntake(
	world: World,
	bridge: BridgeName,
	{ settled, ...rest }: Pick<Intake, "waiting" | "targets"> & { readonly settled: () => Promise<unknown> },
): Intake {
	const decided = new Map<string, Promise<unknown>>();
	function once<T>(question: string, decide: () => Promise<T>): Promise<T> {
		const known = decided.get(question) ?? decide();
		decided.set(question, known);
		return known as Promise<T>;
	}
	return {
		world,
		bridge,
		...rest,
		once,
		place: (channel: ChannelId) => once(`place ${channel}`, () => placeOf(world, channel)),
		linkedRoom: (room) =>
			once(`room ${room}`, async () => {
				const portal = await portalByRoom(world, bridge, room);
				return portal?.state === "active" ? placeOf(world, portal.channel) : undefined;
			}),
		async flush() {
			await settled();
			decided.clear();
		},
	};
}
