import { backOff } from "../../events/back-off.ts";
import type { CoreContext } from "../../events/context.ts";
import type { Reach } from "../../model/reach.ts";
import type { Stored } from "../../ports/store.ts";
import type { DeliveryOptions } from "./deliver.ts";
import type { DeliveryRow } from "./delivery.ts";
import { endMissing, missingMs } from "./end-missing.ts";
import { pageOfLane } from "./lane-items.ts";
import type { Retry, Run } from "./run.ts";

/** What follows from failures of deliveries and of hosts. */
export interface Failing {
	/** Handles the failure of one delivery. Resolves with the time of its next attempt; `undefined` if it became a dead letter. */
	postpone(run: Run, stored: Stored<DeliveryRow>, result: Retry): Promise<number | undefined>;
	/** Handles the failure of a host: pauses its lane. Resolves with the time of the next attempt. */
	pause(run: Run, result: Retry): Promise<number>;
	/** Reports memberships that ended because their target is gone or missing. */
	logEnded(reach: Reach, reason: "gone" | "missing", count: number): void;
}

/** When a delivery was planned. The time of its event may be ahead of the clock, which never goes back within a stream. */
const plannedAt = ({ planned, at }: DeliveryRow): number => planned ?? at;

export function createFailing(
	context: CoreContext,
	{ bridge, maxAgeMs, onEnded = () => {} }: Pick<DeliveryOptions, "bridge" | "maxAgeMs" | "onEnded">,
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
	async function pause({ items, lane, hold, trouble: before }: Run, { reason, afterMs }: Retry): Promise<number> {
		for (;;) {
			const old = (await pageOfLane(context, lane, undefined)).filter(({ doc }) => isTooOld(doc));
			for (const stored of old) await items.moveToDeadLetters(stored, reason);
			if (old.length === 0) break;
		}
		const failures = (before?.failures ?? 0) + 1;
		const now = clock.now();
		const notBefore = now + backOff(failures, afterMs);
		const asked = afterMs === undefined ? {} : { asked: true as const };
		const since = Math.min(before?.since ?? now, now);
		await (await hold()).setTrouble({ failures, notBefore, since, reason, ...asked });
		logger.info({ lane, failures, notBefore, reason }, "A lane is paused");
		return notBefore;
	}

	return { postpone, pause, logEnded };
}
