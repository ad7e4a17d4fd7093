import type { LaneHold } from "../../events/lane-holds.ts";
import type { World } from "../../events/world.ts";
import type { BridgeName } from "../../ids.ts";
import type { Delivery } from "../../ports/bridge/delivery.ts";
import type { Stored } from "../../ports/store.ts";
import { saveLinks } from "../links.ts";
import { type DeliveryRow, deadLetters, deliveries, laneKey } from "./delivery.ts";

/** Deliveries that are read together. */
export const batch = 32;

/** A page of a lane, in its order. @param after undefined: from its beginning */
export const pageOfLane = (
	{ store }: Pick<World, "store">,
	lane: string,
	after: DeliveryRow | undefined,
	limit: number = batch,
): Promise<readonly Stored<DeliveryRow>[]> =>
	store.page(deliveries, {
		index: "lane",
		prefix: [lane],
		order: "asc",
		limit,
		...(after === undefined ? {} : { after: laneKey(after) }),
	});

/** The writes of a lane's deliveries. Each asks first whether the lane is still ours, and throws `LaneLost` if it isn't. */
export interface LaneItems {
	/** Removes a delivery that was made, or that there is nothing to tell of any more. */
	remove(id: string): Promise<void>;
	change(id: string, changes: Partial<DeliveryRow>): Promise<void>;
	/** Makes a dead letter of it. */
	bury(stored: Stored<DeliveryRow>, reason: string): Promise<void>;
	/** Keeps what the other network calls its parts, and removes it. The links first: a crash between costs a repeated try. */
	record(id: string, delivery: Delivery, ids: readonly string[]): Promise<void>;
}

/** @param hold asked for when the first write comes */
export function laneItems(
	world: Pick<World, "store" | "clock" | "failPoints" | "logger">,
	hold: () => Promise<LaneHold>,
	onDead: (bridge: BridgeName) => void,
): LaneItems {
	const { store, clock, failPoints, logger } = world;
	const confirm = async (): Promise<void> => (await hold()).confirm();

	async function remove(id: string): Promise<void> {
		await confirm();
		await store.delete(deliveries, id);
	}

	return {
		remove,
		async change(id, changes) {
			await confirm();
			const stored = await store.get(deliveries, id);
			if (stored !== undefined) await store.replace(deliveries, id, stored.rev, { ...stored.doc, ...changes });
		},
		async bury({ id, doc: row }, reason) {
			await confirm();
			await store.insertMissing(deadLetters, [{ id, doc: { ...row, reason, diedAt: clock.now() } }]);
			await store.delete(deliveries, id);
			onDead(row.reach.bridge);
			logger.warn({ event: row.event, lane: row.reach.lane, reason }, "A delivery was given up");
		},
		async record(id, delivery, ids) {
			const subject = subjectOf(delivery);
			if (subject !== undefined && ids.length > 0) {
				await confirm();
				await saveLinks(world, { bridge: delivery.reach.bridge, ...subject }, ids);
			}
			await remove(id);
			failPoints.hit("delivery:after-record");
		},
	};
}

/** What the ids of a delivery's copy there are kept for; `undefined`: later events do not name it. */
function subjectOf(delivery: Delivery) {
	if (delivery.kind === "message")
		return { subject: delivery.subject.message.id, message: delivery.subject.message.id };
	if (delivery.kind === "reaction") return { subject: delivery.reaction, message: delivery.subject.message.id };
	return undefined;
}
