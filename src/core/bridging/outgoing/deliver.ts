import { isOver } from "../../events/back-off.ts";
import type { CoreContext } from "../../events/context.ts";
import { isPaused, type LaneHold, type LaneHolds } from "../../events/lane-holds.ts";
import type { BridgeName } from "../../ids.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { DeliveryResult } from "../../ports/bridge/delivery.ts";
import type { Lane } from "../../ports/lanes.ts";
import type { Stored } from "../../ports/store.ts";
import { type Attempted, createAttempt } from "./attempt.ts";
import { type DeliveryRow, deliveryLane, laneBefore } from "./delivery.ts";
import { createFailing } from "./failing.ts";
import { graceAfter } from "./grace.ts";
import { batch, laneItems, pageOfLane } from "./lane-items.ts";
import { createLookAhead } from "./look-ahead.ts";
import { removeTarget } from "./remove-target.ts";
import type { Run } from "./run.ts";
import { queueOf, queuesOf, sideBySide } from "./side-by-side.ts";

/** A failing delivery blocks those after it for this many attempts; then it is retried by itself and the lane proceeds. */
const blockingAttempts = 4;
/** How long a delivery in flight may take to end after the lane was asked to stop, in milliseconds. */
const graceMs = 7_000;
/** How often a bulk lane checks whether the deliveries that precede it are done, in milliseconds. */
const bulkPauseMs = 200;

/** What can become of an attempt to deliver, or of a delivery without one. */
export type DeliveryOutcome = DeliveryResult["status"] | "skipped" | "dead" | "dropped";

/** The dependencies and options of the deliverer. */
export interface DeliveryOptions {
	readonly bridge: (name: BridgeName) => Bridge | undefined;
	readonly holds: LaneHolds;
	/** A delivery that has not succeeded after this many milliseconds becomes a dead letter. */
	readonly maxAgeMs: number;
	/** A host that has taken nothing for this many milliseconds sleeps; default 7 days. */
	readonly sleepAfterMs?: number;
	/** What withdraws something is kept for a sleeping host for this many milliseconds; default 30 days. */
	readonly keepDeadMs?: number;
	/** How many deliveries of a lane were dropped before they were planned, since the last call. */
	readonly takeDropped?: (lane: Lane) => number;
	/** Called with the outcome of every attempt, and for each delivery that was given up or dropped, for metrics. */
	readonly onOutcome?: (bridge: BridgeName, status: DeliveryOutcome) => void;
	/** Called with the number of memberships that ended because their target is gone or missing, for metrics. */
	readonly onEnded?: (bridge: BridgeName, reason: "gone" | "missing", count: number) => void;
}

/** Whether a result comes from the host, and not from what we know without asking it. */
const hasAnswered = (result: Attempted["result"]): boolean =>
	result.status === "delivered" || (result.status === "rejected" && result.reason !== "unsupported");

/**
 * Makes the deliveries of one lane, in order (design §3.4). A run resolves with the time of the next attempt, if there is one to wait for.
 */
export function createDeliverer(
	context: CoreContext,
	options: DeliveryOptions,
): (lane: string, signal: AbortSignal) => Promise<number | undefined> {
	const { clock } = context;
	const { bridge, holds, onOutcome = () => {} } = options;
	const attempt = createAttempt(context, bridge);
	const lookAhead = createLookAhead(context, bridge);
	const failing = createFailing(context, options);

	/** Blocks a queue until `due`, or the whole lane, since this delivery may still succeed soon. */
	function block(run: Run, row: DeliveryRow, due: number, attempts: number): void {
		run.next = Math.min(run.next ?? due, due);
		if (attempts < blockingAttempts) run.isOver = true;
		else run.blocked.add(queueOf(row));
	}

	/** Until when a delivery of a bulk lane has to wait, because the lane that precedes it has earlier deliveries. */
	async function waitsUntil(lane: string, { at, seq }: DeliveryRow): Promise<number | undefined> {
		const before = laneBefore(lane);
		if (before === undefined) return undefined;
		const [oldest] = await pageOfLane(context, before, undefined, 1);
		if (oldest === undefined || oldest.doc.at > at || (oldest.doc.at === at && oldest.doc.seq > seq)) return undefined;
		const { trouble } = await holds.read(deliveryLane(before));
		const now = clock.now();
		return trouble !== undefined && isPaused(trouble, now) ? trouble.notBefore : now + bulkPauseMs;
	}

	/** The host of a lane that was paused is tried with one delivery. What is not urgent leaves a socket for what is. */
	function widthOf({ trouble, lane }: Run, { reach }: DeliveryRow): number {
		if (trouble !== undefined || laneBefore(lane) !== undefined) return 1;
		return bridge(reach.bridge)?.capabilities.atOnce ?? 1;
	}

	/** Makes the deliveries of a page. Resolves or rejects when none is in flight any more, and the results are durable. */
	async function workOff(run: Run, rows: readonly Stored<DeliveryRow>[], width: number): Promise<void> {
		try {
			for (const set of queuesOf(rows, width))
				await sideBySide(set, width, async (queue) => {
					for (const stored of queue) {
						if (run.isOver || run.signal.aborted) return;
						if (!run.blocked.has(queueOf(stored.doc))) await make(run, stored);
					}
				});
		} finally {
			await run.items.settled();
		}
	}

	/** Makes one delivery, if it is due. */
	async function make(run: Run, stored: Stored<DeliveryRow>): Promise<void> {
		const { items, gone } = run;
		const { doc: row } = stored;
		if (!isOver({ until: row.due, failures: row.attempts, asked: row.asked }, clock.now()))
			return block(run, row, row.due, row.attempts);
		if (row.at <= (gone.get(row.reach.target) ?? -1)) return items.moveToDeadLetters(stored, "gone");
		try {
			await run.hold();
			await items.enter();
		} catch (error) {
			run.isOver = true;
			throw error;
		}
		let isInFlight = true;
		try {
			if (run.isOver || run.signal.aborted) return;
			const attempted = await attempt(row, run.late, (sent) => items.change(stored.id, { sent }));
			onOutcome(row.reach.bridge, attempted.result.status);
			isInFlight = !(await conclude(run, stored, attempted));
		} catch (error) {
			run.isOver = true;
			throw error;
		} finally {
			if (isInFlight) items.leave();
		}
	}

	/** Records the outcome of an attempt. Resolves with whether the delivery is being removed. */
	async function conclude(run: Run, stored: Stored<DeliveryRow>, attempted: Attempted): Promise<boolean> {
		const { items, gone, hold } = run;
		const { id, doc: row } = stored;
		const { result } = attempted;
		if (result.status === "retry" && (result.lane === true || failing.isLong(run))) {
			run.isOver = true;
			run.failed ??= result;
			return false;
		}
		if (result.status === "retry") {
			await failing.note(run, result);
			const due = await failing.postpone(run, stored, result);
			if (due !== undefined) block(run, row, due, row.attempts + 1);
			return false;
		}
		if (run.trouble !== undefined && hasAnswered(result)) {
			run.trouble = undefined;
			await (await hold()).setTrouble(undefined);
		}
		// A kind that the network can't express can't be fixed by a replay, so it is not a dead letter.
		if (result.status === "rejected" && result.reason !== "unsupported") {
			if (result.reason === "gone") {
				failing.logEnded(row.reach, "gone", await removeTarget(context, row.reach));
				gone.set(row.reach.target, clock.now());
			}
			await items.moveToDeadLetters(stored, result.detail ?? result.reason);
			return false;
		}
		if (result.status === "delivered" && "delivery" in attempted) await items.record(id, attempted.delivery, result);
		else items.remove(id);
		return true;
	}

	return async (lane, signal) => {
		const state = await holds.read(deliveryLane(lane));
		const { trouble } = state;
		if (trouble !== undefined && isPaused(trouble, clock.now())) return trouble.notBefore;
		using grace = graceAfter(signal, graceMs);
		let held: Promise<LaneHold> | undefined;
		const hold = (): Promise<LaneHold> => (held ??= state.take());
		const run: Run = {
			lane,
			hold,
			items: laneItems(context, hold, (name) => onOutcome(name, "dead")),
			signal,
			late: grace.signal,
			blocked: new Set(),
			gone: new Map(),
			trouble,
			next: undefined,
			isOver: false,
			failed: undefined,
		};
		for (let after: DeliveryRow | undefined; !signal.aborted; ) {
			const rows = await pageOfLane(context, lane, after);
			const [first] = rows;
			if (first === undefined) return run.next;
			const waitsFor = await waitsUntil(lane, first.doc);
			if (waitsFor !== undefined) return waitsFor;
			lookAhead(lane, rows, signal);
			await workOff(run, rows, widthOf(run, first.doc));
			if (run.failed !== undefined) return failing.pause(run, run.failed);
			if (run.isOver) return run.next;
			// A delivery that is added from now on wakes the lane again.
			if (rows.length < batch) return run.next;
			// Blocked deliveries stay in the lane, so the next page starts after them.
			after = run.blocked.size > 0 ? rows.at(-1)?.doc : undefined;
		}
		return clock.now();
	};
}
