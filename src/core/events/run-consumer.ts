import type { LogEvent } from "../ports/store.ts";
import { backOff } from "./back-off.ts";
import { consumerLane, type Marker } from "./consumers.ts";
import type { LaneHolds } from "./lane-holds.ts";
import type { World } from "./world.ts";

/** Events that are taken together. */
const batch = 50;

/** The work of one consumer. */
export interface ConsumerJob<Work> {
	readonly marker: Marker;
	/**
	 * Does for one event what can be repeated: finds out what follows from it, or does it. When it throws, this event is tried
	 * again later by itself, and those behind it go on.
	 */
	work(event: LogEvent, signal: AbortSignal): Promise<Work>;
	/** Makes the work of some events durable, at once. Repeating it changes nothing. */
	commit(works: readonly Work[]): Promise<void>;
	/** The markers are gone. */
	done?(works: readonly Work[]): void;
}

/**
 * Runs a consumer's lanes: takes the owed events of one stream in their order; the marker of an event goes when what follows from
 * it is durable. Between the two a crash costs only a repetition.
 *
 * @returns the handler of a lane; resolves with the time at which it wants to run again
 */
export function createConsumer<Work>(
	world: Pick<World, "store" | "clock" | "logger" | "failPoints">,
	holds: LaneHolds,
	job: ConsumerJob<Work>,
): (stream: string, signal: AbortSignal) => Promise<number | undefined> {
	const { store, clock, logger, failPoints } = world;
	const { marker } = job;
	/** Events that failed by a fault of ours, and when they are tried again. */
	const putOff = new Map<string, { readonly failures: number; readonly due: number }>();

	function fail(event: LogEvent, error: unknown): void {
		const failures = (putOff.get(event.id)?.failures ?? 0) + 1;
		putOff.set(event.id, { failures, due: clock.now() + backOff(failures, undefined) });
		logger.error({ err: error, event: event.id, consumer: marker, failures }, "An event could not be handled");
	}

	return async (stream, signal) => {
		let next: number | undefined;
		for (let after = 0; !signal.aborted; ) {
			const events = await store.owed(marker, stream, { after, limit: batch });
			const last = events.at(-1);
			if (last === undefined) return next;
			after = last.seq;
			const hold = await holds.take(consumerLane(marker, stream));
			failPoints.hit("consumer:before-work");
			const works: Work[] = [];
			const ids: string[] = [];
			for (const event of events) {
				const due = putOff.get(event.id)?.due ?? 0;
				try {
					if (due <= clock.now()) {
						works.push(await job.work(event, signal));
						ids.push(event.id);
						putOff.delete(event.id);
						continue;
					}
				} catch (error) {
					if (signal.aborted) return undefined;
					fail(event, error);
				}
				next = Math.min(next ?? Number.MAX_SAFE_INTEGER, putOff.get(event.id)?.due ?? due);
			}
			if (ids.length > 0) {
				await hold.confirm();
				await job.commit(works);
				failPoints.hit("consumer:after-commit");
				await store.settle(ids, marker);
				failPoints.hit("consumer:after-settle");
				job.done?.(works);
			}
			// An event that comes from here on wakes the lane again.
			if (events.length < batch) return next;
		}
		return clock.now();
	};
}
