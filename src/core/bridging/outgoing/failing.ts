import { isWithin } from "../../clock.ts";
import { backOff } from "../../events/back-off.ts";
import type { CoreContext } from "../../events/context.ts";
import type { LaneTrouble } from "../../events/lane-holds.ts";
import type { Reach } from "../../model/reach.ts";
import type { Stored } from "../../ports/store.ts";
import type { DeliveryOptions } from "./deliver.ts";
import { type DeliveryRow, deliveryLane } from "./delivery.ts";
import { endMissing, missingMs } from "./end-missing.ts";
import { isErasure } from "./is-erasure.ts";
import { pageOfLane } from "./lane-items.ts";
import type { Retry, Run } from "./run.ts";

/** What follows from failures of deliveries and of hosts. */
export interface Failing {
	/** Handles the failure of one delivery. Resolves with the time of its next attempt; `undefined` if it became a dead letter. */
	postpone(run: Run, stored: Stored<DeliveryRow>, result: Retry): Promise<number | undefined>;
	/** Handles the failure of a host: pauses its lane. Resolves with the time of the next attempt. */
	pause(run: Run, result: Retry): Promise<number>;
	/** Notes the failure of one delivery, which may be the first of a host that takes nothing any more. */
	note(run: Run, result: Retry): Promise<void>;
	/** Whether the host has taken nothing for so long that it is left alone. */
	isLong(run: Run): boolean;
	/** Reports memberships that ended because their target is gone or missing. */
	logEnded(reach: Reach, reason: "gone" | "missing", count: number): void;
}

const dayMs = 86_400_000;
/** How often a host that sleeps is tried, in milliseconds. */
const probeMs = dayMs;
/** How often at most the failures of single deliveries are noted with their lane, in milliseconds. */
const noteMs = 3_600_000;
/** How many deliveries are dropped together. */
const dropAtOnce = 500;

/** When a delivery was planned. The time of its event may be ahead of the clock, which never goes back within a stream. */
const plannedAt = ({ planned, at }: DeliveryRow): number => planned ?? at;

export function createFailing(
	context: CoreContext,
	{
		bridge,
		maxAgeMs,
		sleepAfterMs = 7 * dayMs,
		keepDeadMs = 30 * dayMs,
		takeDropped = () => 0,
		onOutcome = () => {},
		onEnded = () => {},
	}: DeliveryOptions,
): Failing {
	const { clock, logger } = context;
	const isTooOld = (row: DeliveryRow): boolean => clock.now() - plannedAt(row) > maxAgeMs;

	async function postpone(
		{ items, late }: Run,
		stored: Stored<DeliveryRow>,
		{ reason, afterMs, missing }: Retry,
	): Promise<number | undefined> {
		const now = clock.now();
		const { attempts: failures, reach } = stored.doc;
		const missingSince = Math.min(stored.doc.missingSince ?? now, now);
		if (isTooOld(stored.doc)) {
			const isMissing = missing === true && now - missingSince >= Math.min(missingMs, maxAgeMs);
			if (isMissing) logEnded(reach, "missing", await endMissing(context, bridge(reach.bridge), reach, late));
			await items.moveToDeadLetters(stored, reason);
			return undefined;
		}
		const attempts = failures + 1;
		const due = clock.now() + backOff(attempts, afterMs);
		await items.change(stored.id, {
			attempts,
			due,
			asked: afterMs !== undefined,
			planned: Math.min(plannedAt(stored.doc), now),
			reason,
			...(missing === true ? { missingSince } : {}),
		});
		return due;
	}

	function logEnded({ bridge: name, target, lane }: Reach, reason: "gone" | "missing", count: number): void {
		if (count === 0) return;
		logger.warn({ target, lane, reason, count }, "Follows have ended because their target no longer exists");
		onEnded(name, reason, count);
	}

	/** Pauses the whole lane. Deliveries that are too old become dead letters without another attempt each. */
	async function pause(run: Run, { reason, afterMs }: Retry): Promise<number> {
		const { lane, hold, trouble: before } = run;
		const now = clock.now();
		const failures = (before?.failures ?? 0) + 1;
		const since = Math.min(before?.since ?? now, now);
		if (isLong(before)) {
			const dropped = (before?.dropped ?? 0) + takeDropped(deliveryLane(lane)) + (await dropAll(run));
			const notBefore = now + probeMs;
			await (await hold()).setTrouble({ failures, notBefore, since, reason, asleep: deliveryLane(lane), dropped });
			logger.warn({ lane, failures, since, notBefore, dropped, reason }, "The host of a lane sleeps");
			return notBefore;
		}
		await giveUpOld(run, reason);
		const notBefore = now + backOff(failures, afterMs);
		const asked = afterMs === undefined ? {} : { asked: true as const };
		await (await hold()).setTrouble({ failures, notBefore, since, reason, ...asked });
		logger.info({ lane, failures, notBefore, reason }, "A lane is paused");
		return notBefore;
	}

	async function giveUpOld({ items, lane }: Run, reason: string): Promise<void> {
		for (;;) {
			const old = (await pageOfLane(context, lane, undefined)).filter(({ doc }) => isTooOld(doc));
			for (const stored of old) await items.moveToDeadLetters(stored, reason);
			if (old.length === 0) return;
		}
	}

	/** True if a host has taken nothing for so long that it is left alone. A host that was not tried for a day has to fail once more. */
	const isLong = (trouble: LaneTrouble | undefined): boolean =>
		trouble !== undefined &&
		(trouble.asleep !== undefined ||
			(clock.now() - trouble.since >= sleepAfterMs && clock.now() - trouble.notBefore < probeMs));

	/** Drops the deliveries of a lane, except withdrawals, which are kept as long as dead letters. Resolves with their number. */
	async function dropAll({ items, lane }: Run): Promise<number> {
		let count = 0;
		for (let after: DeliveryRow | undefined; ; ) {
			const rows = await pageOfLane(context, lane, after, dropAtOnce);
			const ids: string[] = [];
			for (const { id, doc } of rows) if (!(await isKept(doc))) ids.push(id);
			await items.drop(ids);
			for (const { doc } of rows.slice(0, ids.length)) onOutcome(doc.reach.bridge, "dropped");
			count += ids.length;
			const last = rows.at(-1);
			if (last === undefined || rows.length < dropAtOnce) return count;
			after = last.doc;
		}
	}

	async function isKept(row: DeliveryRow): Promise<boolean> {
		if (clock.now() - plannedAt(row) > keepDeadMs) return false;
		const event = await context.store.event(row.event);
		return event !== undefined && isErasure(event);
	}

	/** Notes that a delivery has failed, unless the host is known to fail. */
	async function note(run: Run, { reason }: Retry): Promise<void> {
		const { trouble, hold } = run;
		const now = clock.now();
		if (trouble !== undefined && isWithin(trouble.notBefore, now, noteMs)) return;
		run.trouble = {
			failures: trouble?.failures ?? 0,
			notBefore: now,
			since: Math.min(trouble?.since ?? now, now),
			reason,
		};
		await (await hold()).setTrouble(run.trouble);
	}

	return { postpone, pause, note, isLong: (run) => isLong(run.trouble), logEnded };
}
