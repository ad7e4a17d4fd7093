import type { CoreContext } from "../../events/context.ts";
import type { LaneHold } from "../../events/lane-holds.ts";
import { type BridgeName, parseEventId } from "../../ids.ts";
import type { Delivery, DeliveryResult } from "../../ports/bridge/delivery.ts";
import type { Stored } from "../../ports/store.ts";
import { type Link, saveLinks } from "../links.ts";
import { type DeliveryRow, deadLetters, deliveries, laneKey } from "./delivery.ts";
import { createRemovals, type Removals } from "./removals.ts";

/** How many deliveries are read together. */
export const batch = 32;

/**
 * How many deliveries of a lane may be sent and not yet removed. A crash repeats these, so there are no more of them than sockets to a
 * host.
 */
const mostInFlight = 2;

/** A page of a lane's deliveries, in order. @param after the last one of the previous page; undefined for the first page */
export const pageOfLane = (
	{ store }: Pick<CoreContext, "store">,
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

/** Writes the deliveries of a lane. Every method first checks that the lane is still held, and throws `LaneLost` if it is not. */
export interface LaneItems extends Pick<Removals, "enter" | "leave" | "settled"> {
	/** Removes a delivery that was made, or that is no longer necessary, together with others. It is durable when {@link settled} resolves. */
	remove(id: string): void;
	change(id: string, changes: Partial<DeliveryRow>): Promise<void>;
	/** Removes deliveries that are not made. */
	drop(ids: readonly string[]): Promise<void>;
	/** Makes a delivery a dead letter. */
	moveToDeadLetters(stored: Stored<DeliveryRow>, reason: string): Promise<void>;
	/** Stores the remote ids of a delivery as links, and then removes it, so that a crash in between repeats the delivery. */
	record(id: string, delivery: Delivery, result: Delivered): Promise<void>;
}

type Delivered = Extract<DeliveryResult, { status: "delivered" }>;

/** Creates the writes of one run. @param hold called before each write */
export function laneItems(
	context: Pick<CoreContext, "store" | "clock" | "failPoints" | "logger">,
	hold: () => Promise<LaneHold>,
	onDead: (bridge: BridgeName) => void,
): LaneItems {
	const { store, clock, failPoints, logger } = context;
	const confirm = async (): Promise<void> => (await hold()).confirm();
	async function drop(ids: readonly string[]): Promise<void> {
		await confirm();
		await Promise.all(ids.map((id) => store.delete(deliveries, id)));
	}

	const removals = createRemovals(async (ids) => {
		await drop(ids);
		failPoints.hit("delivery:after-record");
	}, mostInFlight);

	return {
		enter: removals.enter,
		leave: removals.leave,
		settled: removals.settled,
		remove: removals.add,
		drop,
		async change(id, changes) {
			await confirm();
			const stored = await store.get(deliveries, id);
			if (stored !== undefined) await store.replace(deliveries, id, stored.rev, { ...stored.doc, ...changes });
		},
		async moveToDeadLetters({ id, doc: row }, reason) {
			await confirm();
			await store.insertMissing(deadLetters, [{ id, doc: { ...row, reason, diedAt: clock.now() } }]);
			await store.delete(deliveries, id);
			onDead(row.reach.bridge);
			logger.warn({ event: row.event, lane: row.reach.lane, reason }, "A delivery became a dead letter");
		},
		async record(id, delivery, { ids = [], ofTarget }) {
			const subject = subjectOf(delivery);
			if (subject !== undefined && ids.length > 0) {
				await confirm();
				const { reach } = delivery;
				await saveLinks(context, { bridge: reach.bridge, ...subject, ...(ofTarget === true ? { reach } : {}) }, ids);
			}
			removals.add(id);
		},
	};
}

/** The message or reaction that the remote ids of a delivery belong to; `undefined` if later events do not refer to it. */
function subjectOf(delivery: Delivery): Pick<Link, "subject" | "message" | "edit"> | undefined {
	if (delivery.kind === "reaction") return { subject: delivery.reaction, message: delivery.subject.message.id };
	if (delivery.kind !== "message" && delivery.kind !== "edit") return undefined;
	const { id } = delivery.subject.message;
	const edit = delivery.kind === "edit" ? { edit: parseEventId(delivery.id)?.seq ?? 0 } : {};
	return { subject: id, message: id, ...edit };
}
