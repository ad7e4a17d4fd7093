import type { World } from "../../events/world.ts";
import type { BridgeName } from "../../ids.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { Delivery, DeliveryResult } from "../../ports/bridge/delivery.ts";
import type { Stored } from "../../ports/store.ts";
import { targetOf } from "../audience.ts";
import { saveLinks } from "../links.ts";
import { createAttempt } from "./attempt.ts";
import { type DeliveryRow, deadLetters, deliveries, laneKey, laneTroubles } from "./delivery.ts";
import { forgetTarget } from "./forget.ts";
import { graceAfter } from "./grace.ts";
import { noteTrouble } from "./lane-trouble.ts";
import { backOff, patientAttempts } from "./retry.ts";

const batch = 32;
/** What is under way when a lane is asked to stop may end by itself for this long, in milliseconds. */
const graceMs = 7_000;

export interface DeliveryOptions {
	readonly bridge: (name: BridgeName) => Bridge | undefined;
	/** After this time without success a delivery is a dead letter, in milliseconds. */
	readonly maxAgeMs: number;
	readonly onOutcome?: (bridge: BridgeName, status: DeliveryResult["status"] | "skipped" | "dead") => void;
}

/** One run of a lane: what it has found out about those behind. */
interface Run {
	/** Queues that wait behind an item which waits by itself. */
	readonly held: Set<string>;
	/** Targets where nobody is any more, and since when. */
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
	{ bridge, maxAgeMs, onOutcome = () => {} }: DeliveryOptions,
): (lane: string, signal: AbortSignal) => Promise<number | undefined> {
	const { store, clock, failPoints, logger } = world;
	const attempt = createAttempt(world, bridge);
	const isTooOld = (row: DeliveryRow): boolean => clock.now() - row.at > maxAgeMs;

	const pageOf = (lane: string, after: DeliveryRow | undefined): Promise<readonly Stored<DeliveryRow>[]> =>
		store.page(deliveries, {
			index: "lane",
			prefix: [lane],
			order: "asc",
			limit: batch,
			...(after === undefined ? {} : { after: laneKey(after) }),
		});

	async function bury({ id, doc: row }: Stored<DeliveryRow>, reason: string): Promise<void> {
		await store.insertMissing(deadLetters, [{ id, doc: { ...row, reason, diedAt: clock.now() } }]);
		await store.delete(deliveries, id);
		onOutcome(row.reach.bridge, "dead");
		logger.warn({ event: row.event, lane: row.reach.lane, reason }, "A delivery was given up");
	}

	/** The links first: between the two a crash costs only a repeated try. */
	async function record(id: string, delivery: Delivery, ids: readonly string[]): Promise<void> {
		const { bridge: name } = delivery.reach;
		if (delivery.kind === "message" && ids.length > 0) {
			const { id: message } = delivery.subject.message;
			await saveLinks(world, { bridge: name, subject: message, message }, ids);
		} else if (delivery.kind === "reaction" && ids.length > 0) {
			await saveLinks(world, { bridge: name, subject: delivery.reaction, message: delivery.subject.message.id }, ids);
		}
		await store.delete(deliveries, id);
		failPoints.hit("delivery:after-record");
	}

	/** Nobody else writes an item of a lane that runs. */
	async function change(id: string, changes: Partial<DeliveryRow>): Promise<void> {
		const stored = await store.get(deliveries, id);
		if (stored !== undefined) await store.replace(deliveries, id, stored.rev, { ...stored.doc, ...changes });
	}

	/** A failure of this one item. Resolves with the time of its next try; `undefined`: it has none. */
	async function putOff(
		stored: Stored<DeliveryRow>,
		{ reason, afterMs }: Extract<DeliveryResult, { status: "retry" }>,
	): Promise<number | undefined> {
		if (isTooOld(stored.doc)) {
			await bury(stored, reason);
			return undefined;
		}
		const attempts = stored.doc.attempts + 1;
		const due = clock.now() + backOff(attempts, afterMs);
		await change(stored.id, { attempts, due, reason });
		return due;
	}

	/** What has waited too long for a host is given up without asking it again for each. */
	async function buryTooOld(lane: string, reason: string): Promise<void> {
		for (;;) {
			const old = (await pageOf(lane, undefined)).filter(({ doc }) => isTooOld(doc));
			for (const stored of old) await bury(stored, reason);
			if (old.length === 0) return;
		}
	}

	/** Keeps a queue back until `due`. `false`: the whole lane should wait, for an item that may yet go. */
	function hold(run: Run, row: DeliveryRow, due: number, attempts: number): boolean {
		run.next = Math.min(run.next ?? due, due);
		if (attempts < patientAttempts) return false;
		run.held.add(queueOf(row));
		return true;
	}

	return async (lane, signal) => {
		let trouble = (await store.get(laneTroubles, lane))?.doc;
		if (trouble !== undefined && trouble.notBefore > clock.now()) return trouble.notBefore;
		using patience = graceAfter(signal, graceMs);
		const run: Run = { held: new Set(), gone: new Map(), next: undefined };
		for (let after: DeliveryRow | undefined; !signal.aborted; ) {
			const rows = await pageOf(lane, after);
			if (rows.length === 0) return run.next;
			for (const stored of rows) {
				if (signal.aborted) return clock.now();
				const { id, doc: row } = stored;
				if (run.held.has(queueOf(row))) continue;
				if (row.due > clock.now()) {
					if (hold(run, row, row.due, row.attempts)) continue;
					return run.next;
				}
				if (row.at <= (run.gone.get(row.reach.target) ?? -1)) {
					await bury(stored, "gone");
					continue;
				}
				const attempted = await attempt(row, patience.signal, (sent) => change(id, { sent }));
				const { result } = attempted;
				onOutcome(row.reach.bridge, result.status);
				if (result.status === "retry" && result.lane === true) {
					await buryTooOld(lane, result.reason);
					return noteTrouble(world, lane, trouble, result);
				}
				if (result.status === "retry") {
					const due = await putOff(stored, result);
					if (due === undefined || hold(run, row, due, row.attempts + 1)) continue;
					return run.next;
				}
				if (trouble !== undefined) {
					await store.delete(laneTroubles, lane);
					trouble = undefined;
				}
				// What a network has no words for is nothing that anybody could put right: it is no dead letter.
				if (result.status === "rejected" && result.reason !== "unsupported") {
					if (result.reason === "gone") {
						await forgetTarget(world, row.reach);
						run.gone.set(row.reach.target, clock.now());
					}
					await bury(stored, result.detail ?? result.reason);
				} else if (result.status === "delivered" && "delivery" in attempted) {
					await record(id, attempted.delivery, result.ids ?? []);
				} else await store.delete(deliveries, id);
			}
			// What is filed from now on wakes the lane again.
			if (rows.length < batch) return run.next;
			// What is held stays in the lane: the next page begins behind it.
			after = run.held.size > 0 ? rows.at(-1)?.doc : undefined;
		}
		return clock.now();
	};
}
