import { backOff } from "../../events/back-off.ts";
import type { CoreContext } from "../../events/context.ts";
import type { LaneHold, LaneHolds, LaneTrouble } from "../../events/lane-holds.ts";
import type { BridgeName } from "../../ids.ts";
import type { Reach } from "../../model/reach.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { DeliveryResult } from "../../ports/bridge/delivery.ts";
import type { Stored } from "../../ports/store.ts";
import { targetOf } from "../audience.ts";
import { createAttempt } from "./attempt.ts";
import { type DeliveryRow, deliveryLane, laneBefore } from "./delivery.ts";
import { endMissing, missingMs } from "./end-missing.ts";
import { graceAfter } from "./grace.ts";
import { batch, type LaneItems, laneItems, pageOfLane } from "./lane-items.ts";
import { createLookAhead } from "./look-ahead.ts";
import { removeTarget } from "./remove-target.ts";

/** A failing delivery blocks those after it for this many attempts; then it is retried by itself and the lane proceeds. */
const blockingAttempts = 4;
/** How long a delivery in flight may take to end after the lane was asked to stop, in milliseconds. */
const graceMs = 7_000;
/** How often a bulk lane checks whether the deliveries that precede it are done, in milliseconds. */
const bulkPauseMs = 200;

/** The dependencies and options of the deliverer. */
export interface DeliveryOptions {
	readonly bridge: (name: BridgeName) => Bridge | undefined;
	readonly holds: LaneHolds;
	/** A delivery that has not succeeded after this many milliseconds becomes a dead letter. */
	readonly maxAgeMs: number;
	/** Called with the outcome of every attempt, for metrics. */
	readonly onOutcome?: (bridge: BridgeName, status: DeliveryResult["status"] | "skipped" | "dead") => void;
	/** Called with the number of memberships that ended because their target is gone or missing, for metrics. */
	readonly onEnded?: (bridge: BridgeName, reason: "gone" | "missing", count: number) => void;
}

/** The state of one run of a lane. */
interface Run {
	readonly items: LaneItems;
	/** The queues that are blocked by a delivery which is retried by itself. */
	readonly blocked: Set<string>;
	/** The targets that no longer exist, and since when. */
	readonly gone: Map<string, number>;
	/** When the first of the blocked deliveries is due. */
	next: number | undefined;
}

/** Deliveries of one stream to one target form a queue, which keeps their order. Queues do not wait for each other. */
const queueOf = ({ event, reach }: DeliveryRow): string =>
	`${event.slice(0, event.lastIndexOf("/"))}>${targetOf(reach)}`;

/**
 * Makes the deliveries of one lane, in order (design §3.4). A run resolves with the time of the next attempt, if there is one to wait for.
 */
export function createDeliverer(
	context: CoreContext,
	{ bridge, holds, maxAgeMs, onOutcome = () => {}, onEnded = () => {} }: DeliveryOptions,
): (lane: string, signal: AbortSignal) => Promise<number | undefined> {
	const { clock, logger } = context;
	const attempt = createAttempt(context, bridge);
	const lookAhead = createLookAhead(context, bridge);
	const isTooOld = (row: DeliveryRow): boolean => clock.now() - row.at > maxAgeMs;

	/** Handles the failure of one delivery. Resolves with the time of its next attempt; `undefined` if it became a dead letter. */
	async function postpone(
		{ items }: Run,
		stored: Stored<DeliveryRow>,
		{ reason, afterMs, missing }: Extract<DeliveryResult, { status: "retry" }>,
		signal: AbortSignal,
	): Promise<number | undefined> {
		const { attempts: failures, missingSince = clock.now(), reach } = stored.doc;
		if (isTooOld(stored.doc)) {
			const isMissing = missing === true && clock.now() - missingSince >= Math.min(missingMs, maxAgeMs);
			if (isMissing) logEnded(reach, "missing", await endMissing(context, bridge(reach.bridge), reach, signal));
			await items.moveToDeadLetters(stored, reason);
			return undefined;
		}
		const attempts = failures + 1;
		const due = clock.now() + backOff(attempts, afterMs);
		await items.change(stored.id, { attempts, due, reason, ...(missing === true ? { missingSince } : {}) });
		return due;
	}

	function logEnded({ bridge: name, target, lane }: Reach, reason: "gone" | "missing", count: number): void {
		if (count === 0) return;
		logger.warn({ target, lane, reason, count }, "Follows have ended because their target no longer exists");
		onEnded(name, reason, count);
	}

	/** Pauses the whole lane. Deliveries that are too old become dead letters without another attempt each. */
	async function pauseLane(
		{ items }: Run,
		lane: string,
		hold: LaneHold,
		before: LaneTrouble | undefined,
		{ reason, afterMs }: Extract<DeliveryResult, { status: "retry" }>,
	): Promise<number> {
		for (;;) {
			const old = (await pageOfLane(context, lane, undefined)).filter(({ doc }) => isTooOld(doc));
			for (const stored of old) await items.moveToDeadLetters(stored, reason);
			if (old.length === 0) break;
		}
		const failures = (before?.failures ?? 0) + 1;
		const notBefore = clock.now() + backOff(failures, afterMs);
		const asked = afterMs === undefined ? {} : { asked: true as const };
		await hold.setTrouble({ failures, notBefore, since: before?.since ?? clock.now(), reason, ...asked });
		logger.info({ lane, failures, notBefore, reason }, "A lane is paused");
		return notBefore;
	}

	/** Blocks a queue until `due`; `false` if the whole lane should wait, since this delivery may still succeed soon. */
	function block(run: Run, row: DeliveryRow, due: number, attempts: number): boolean {
		run.next = Math.min(run.next ?? due, due);
		if (attempts < blockingAttempts) return false;
		run.blocked.add(queueOf(row));
		return true;
	}

	/** True for a delivery of a bulk lane while the lane that precedes it has earlier deliveries. */
	async function mustWait(lane: string, { at, seq }: DeliveryRow): Promise<boolean> {
		const before = laneBefore(lane);
		const [oldest] = before === undefined ? [] : await pageOfLane(context, before, undefined, 1);
		return oldest !== undefined && (oldest.doc.at < at || (oldest.doc.at === at && oldest.doc.seq <= seq));
	}

	return async (lane, signal) => {
		const state = await holds.read(deliveryLane(lane));
		let { trouble } = state;
		if (trouble !== undefined && trouble.notBefore > clock.now()) return trouble.notBefore;
		using grace = graceAfter(signal, graceMs);
		let held: Promise<LaneHold> | undefined;
		const hold = (): Promise<LaneHold> => (held ??= state.take());
		const items = laneItems(context, hold, (name) => onOutcome(name, "dead"));
		const run: Run = { items, blocked: new Set(), gone: new Map(), next: undefined };
		for (let after: DeliveryRow | undefined; !signal.aborted; ) {
			const rows = await pageOfLane(context, lane, after);
			const [first] = rows;
			if (first === undefined) return run.next;
			if (await mustWait(lane, first.doc)) return clock.now() + bulkPauseMs;
			lookAhead(lane, rows, signal);
			for (const stored of rows) {
				if (signal.aborted) return clock.now();
				const { id, doc: row } = stored;
				if (run.blocked.has(queueOf(row))) continue;
				if (row.due > clock.now()) {
					if (block(run, row, row.due, row.attempts)) continue;
					return run.next;
				}
				if (row.at <= (run.gone.get(row.reach.target) ?? -1)) {
					await items.moveToDeadLetters(stored, "gone");
					continue;
				}
				await hold();
				const attempted = await attempt(row, grace.signal, (sent) => items.change(id, { sent }));
				const { result } = attempted;
				onOutcome(row.reach.bridge, result.status);
				if (result.status === "retry" && result.lane === true)
					return pauseLane(run, lane, await hold(), trouble, result);
				if (result.status === "retry") {
					const due = await postpone(run, stored, result, grace.signal);
					if (due === undefined || block(run, row, due, row.attempts + 1)) continue;
					return run.next;
				}
				if (trouble !== undefined) {
					await (await hold()).setTrouble(undefined);
					trouble = undefined;
				}
				// A kind that the network can't express can't be fixed by a replay, so it is not a dead letter.
				if (result.status === "rejected" && result.reason !== "unsupported") {
					if (result.reason === "gone") {
						logEnded(row.reach, "gone", await removeTarget(context, row.reach));
						run.gone.set(row.reach.target, clock.now());
					}
					await items.moveToDeadLetters(stored, result.detail ?? result.reason);
				} else if (result.status === "delivered" && "delivery" in attempted) {
					await items.record(id, attempted.delivery, result);
				} else await items.remove(id);
			}
			// A delivery that is added from now on wakes the lane again.
			if (rows.length < batch) return run.next;
			// Blocked deliveries stay in the lane, so the next page starts after them.
			after = run.blocked.size > 0 ? rows.at(-1)?.doc : undefined;
		}
		return clock.now();
	};
}
