import { backOff } from "../../events/back-off.ts";
import type { LaneHold, LaneHolds, LaneTrouble } from "../../events/lane-holds.ts";
import type { World } from "../../events/world.ts";
import type { BridgeName } from "../../ids.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { DeliveryResult } from "../../ports/bridge/delivery.ts";
import type { Stored } from "../../ports/store.ts";
import { targetOf } from "../audience.ts";
import { createAttempt } from "./attempt.ts";
import { type DeliveryRow, deliveryLane, laneBefore } from "./delivery.ts";
import { forgetTarget } from "./forget.ts";
import { graceAfter } from "./grace.ts";
import { batch, type LaneItems, laneItems, pageOfLane } from "./lane-items.ts";

/** Tries of one item that hold up those behind it; after them it waits by itself and the lane goes on. */
const patientAttempts = 4;
/** What is under way when a lane is asked to stop may end by itself for this long, in milliseconds. */
const graceMs = 7_000;
/** How soon a bulk lane looks again whether what goes before it has gone, in milliseconds. */
const bulkPauseMs = 200;

export interface DeliveryOptions {
	readonly bridge: (name: BridgeName) => Bridge | undefined;
	readonly holds: LaneHolds;
	/** After this time without success a delivery is a dead letter, in milliseconds. */
	readonly maxAgeMs: number;
	readonly onOutcome?: (bridge: BridgeName, status: DeliveryResult["status"] | "skipped" | "dead") => void;
}

/** One run of a lane: what it has found out about those behind. */
interface Run {
	readonly items: LaneItems;
	/** Queues that wait behind an item which waits by itself. */
	readonly held: Set<string>;
	/** Targets that are gone, and since when. */
	readonly gone: Map<string, number>;
	/** When the first of the items that wait by themselves is due. */
	next: number | undefined;
}

/** What concerns one channel reaches one target in order; neither waits for another. */
const queueOf = ({ event, reach }: DeliveryRow): string =>
	`${event.slice(0, event.lastIndexOf("/"))}>${targetOf(reach)}`;

/** Works off the deliveries of one lane, in order (design §3.4). Resolves with the time of the next try, if there is one to wait for. */
export function createDeliverer(
	world: World,
	{ bridge, holds, maxAgeMs, onOutcome = () => {} }: DeliveryOptions,
): (lane: string, signal: AbortSignal) => Promise<number | undefined> {
	const { clock, logger } = world;
	const attempt = createAttempt(world, bridge);
	const isTooOld = (row: DeliveryRow): boolean => clock.now() - row.at > maxAgeMs;

	/** A failure of this one item. Resolves with the time of its next try; `undefined`: it has none. */
	async function putOff(
		{ items }: Run,
		stored: Stored<DeliveryRow>,
		{ reason, afterMs }: Extract<DeliveryResult, { status: "retry" }>,
	): Promise<number | undefined> {
		if (isTooOld(stored.doc)) {
			await items.bury(stored, reason);
			return undefined;
		}
		const attempts = stored.doc.attempts + 1;
		const due = clock.now() + backOff(attempts, afterMs);
		await items.change(stored.id, { attempts, due, reason });
		return due;
	}

	/** The whole lane waits. What has waited too long for a host is given up without asking it again for each. */
	async function putOffLane(
		{ items }: Run,
		lane: string,
		hold: LaneHold,
		before: LaneTrouble | undefined,
		{ reason, afterMs }: Extract<DeliveryResult, { status: "retry" }>,
	): Promise<number> {
		for (;;) {
			const old = (await pageOfLane(world, lane, undefined)).filter(({ doc }) => isTooOld(doc));
			for (const stored of old) await items.bury(stored, reason);
			if (old.length === 0) break;
		}
		const failures = (before?.failures ?? 0) + 1;
		const notBefore = clock.now() + backOff(failures, afterMs);
		await hold.setTrouble({ failures, notBefore, since: before?.since ?? clock.now(), reason });
		logger.info({ lane, failures, notBefore, reason }, "A lane waits");
		return notBefore;
	}

	/** Keeps a queue back until `due`. `false`: the whole lane should wait, for an item that may yet go. */
	function keepBack(run: Run, row: DeliveryRow, due: number, attempts: number): boolean {
		run.next = Math.min(run.next ?? due, due);
		if (attempts < patientAttempts) return false;
		run.held.add(queueOf(row));
		return true;
	}

	/** True for a delivery of a bulk lane while there are older ones in the lane that goes before it. */
	async function mustWait(lane: string, { at, seq }: DeliveryRow): Promise<boolean> {
		const before = laneBefore(lane);
		const [oldest] = before === undefined ? [] : await pageOfLane(world, before, undefined, 1);
		return oldest !== undefined && (oldest.doc.at < at || (oldest.doc.at === at && oldest.doc.seq <= seq));
	}

	return async (lane, signal) => {
		let trouble = await holds.troubleOf(deliveryLane(lane));
		if (trouble !== undefined && trouble.notBefore > clock.now()) return trouble.notBefore;
		using patience = graceAfter(signal, graceMs);
		let held: Promise<LaneHold> | undefined;
		const hold = (): Promise<LaneHold> => (held ??= holds.take(deliveryLane(lane)));
		const items = laneItems(world, hold, (name) => onOutcome(name, "dead"));
		const run: Run = { items, held: new Set(), gone: new Map(), next: undefined };
		for (let after: DeliveryRow | undefined; !signal.aborted; ) {
			const rows = await pageOfLane(world, lane, after);
			const [first] = rows;
			if (first === undefined) return run.next;
			if (await mustWait(lane, first.doc)) return clock.now() + bulkPauseMs;
			for (const stored of rows) {
				if (signal.aborted) return clock.now();
				const { id, doc: row } = stored;
				if (run.held.has(queueOf(row))) continue;
				if (row.due > clock.now()) {
					if (keepBack(run, row, row.due, row.attempts)) continue;
					return run.next;
				}
				if (row.at <= (run.gone.get(row.reach.target) ?? -1)) {
					await items.bury(stored, "gone");
					continue;
				}
				await hold();
				const attempted = await attempt(row, patience.signal, (sent) => items.change(id, { sent }));
				const { result } = attempted;
				onOutcome(row.reach.bridge, result.status);
				if (result.status === "retry" && result.lane === true)
					return putOffLane(run, lane, await hold(), trouble, result);
				if (result.status === "retry") {
					const due = await putOff(run, stored, result);
					if (due === undefined || keepBack(run, row, due, row.attempts + 1)) continue;
					return run.next;
				}
				if (trouble !== undefined) {
					await (await hold()).setTrouble(undefined);
					trouble = undefined;
				}
				// A kind that a network can't express is nothing that could be put right: it is no dead letter.
				if (result.status === "rejected" && result.reason !== "unsupported") {
					if (result.reason === "gone") {
						await forgetTarget(world, row.reach);
						run.gone.set(row.reach.target, clock.now());
					}
					await items.bury(stored, result.detail ?? result.reason);
				} else if (result.status === "delivered" && "delivery" in attempted) {
					await items.record(id, attempted.delivery, result.ids ?? []);
				} else await items.remove(id);
			}
			// What is filed from now on wakes the lane again.
			if (rows.length < batch) return run.next;
			// What is held stays in the lane: the next page begins behind it.
			after = run.held.size > 0 ? rows.at(-1)?.doc : undefined;
		}
		return clock.now();
	};
}
