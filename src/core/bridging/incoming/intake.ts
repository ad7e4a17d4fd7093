import { admits, circleOf } from "../../access/circle.ts";
import type { World } from "../../events/world.ts";
import type { Place } from "../../groups/place.ts";
import type { BridgeName, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Message } from "../../model/message.ts";
import type { MessageRef, Received, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import { messageByRef } from "../find-message.ts";
import type { Targets } from "../outgoing/targets.ts";
import type { WaitingRoom } from "./parked.ts";

/** What became of an event once it is durable. Several may be on their way to the disk at the same time. */
export interface Step {
	readonly done: Promise<Received>;
}

/** One batch of remote events on its way in: what its receivers share. */
export interface Intake {
	readonly world: World;
	readonly bridge: BridgeName;
	readonly waiting: WaitingRoom;
	readonly targets: Targets;
	/** The channel of a place, read once per batch. */
	place(channel: ChannelId): Promise<Place | undefined>;
	/** The channel that an active room is linked to, read once per batch. */
	linkedRoom(room: string): Promise<Place | undefined>;
	/** Decides something once per batch. What is decided stands until a flush, which goes before whatever could change it. */
	once<T>(question: string, decide: () => Promise<T>): Promise<T>;
	/** Resolves when the batch's earlier events are durable, so that they can be read. */
	flush(): Promise<void>;
}

/** Takes in one kind of remote event from a known sender. */
export type Receiver<K extends RemoteEvent["kind"]> = (
	intake: Intake,
	sender: Account,
	event: Extract<RemoteEvent, { kind: K }>,
) => Promise<Step>;

export const ended = (received: Received): Step => ({ done: Promise.resolve(received) });
export const ignored = (reason: Extract<Received, { status: "ignored" }>["reason"]): Step =>
	ended({ status: "ignored", reason });

/** The log's `request` key of a remote event: it is taken over once, however often it is sent. */
export const requestOf = (intake: Pick<Intake, "bridge">, event: RemoteEvent): string =>
	remoteKey(intake.bridge, event.id);

/** Finds a message that may still be on its way to the disk. */
export async function findMessage(intake: Intake, ref: MessageRef): Promise<Message | undefined> {
	const found = await messageByRef(intake.world, intake.bridge, ref);
	if (found !== undefined) return found;
	await intake.flush();
	return messageByRef(intake.world, intake.bridge, ref);
}

/** Keeps an event until what it speaks of arrives; what can only be ours and is not there will never arrive. */
export async function parkBehind(intake: Intake, event: RemoteEvent, ref: MessageRef): Promise<Step> {
	if ("local" in ref) return ignored("unknown-target");
	const hasRoom = await intake.waiting.park(intake.bridge, remoteKey(intake.bridge, ref.remote), event);
	return hasRoom ? ended({ status: "parked" }) : ignored("unknown-target");
}

/** What comes from elsewhere is said where its sender may read, or in a shadow, whose home decides that. */
export function maySpeakIn(intake: Intake, place: Place, sender: Account): Promise<boolean> {
	return intake.once(`speak ${place.channel.id} ${sender.id}`, async () => {
		const circle = await circleOf(intake.world, place);
		if (circle.leaves === "nowhere") return false;
		return circle.homeOnly === true || admits(intake.world, circle, sender);
	});
}
