import type { LogEvent } from "../ports/store.ts";
import { backOff, isOver } from "./back-off.ts";
import { consumerLane, type Marker } from "./consumers.ts";
import type { CoreContext } from "./context.ts";
import type { LaneHolds } from "./lane-holds.ts";

/** How many events are handled together. */
const batch = 50;

/** What one consumer of the log does. */
export interface ConsumerJob<Work> {
	readonly marker: Marker;
	/**
	 * Handles one event in a way that can be repeated. If it throws, this event is retried later by itself, while the events after
	 * it proceed.
	 */
	work(event: LogEvent, signal: AbortSignal): Promise<Work>;
	/** Makes the results for several events durable. Repeating it changes nothing. */
	commit(works: readonly Work[]): Promise<void>;
	/** Called when the events are settled. */
	done?(works: readonly Work[]): void;
}

/**
 * Runs the lanes of a consumer: handles the pending events of one stream in order, and removes the marker of an event when the result
 * of handling it is durable. A crash between the two only repeats the work.
 *
 * @returns the handler of a lane; it resolves with the time at which to run it again, in milliseconds since 1970
 */
export function createConsumer<Work>(
	context: Pick<CoreContext, "store" | "clock" | "logger" | "failPoints">,
	holds: LaneHolds,
	job: ConsumerJob<Work>,
): (stream: string, signal: AbortSignal) => Promise<number | undefined> {
	const { store, clock, logger, failPoints } = context;
	const { marker } = job;
	/** The events that failed, and when they are retried. */
	const postponed = new Map<string, { readonly failures: number; readonly due: number }>();

	function fail(event: LogEvent, error: unknown): void {
		const failures = (postponed.get(event.id)?.failures ?? 0) + 1;
		postponed.set(event.id, { failures, due: clock.now() + backOff(failures, undefined) });
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
				const { due, failures } = postponed.get(event.id) ?? { due: 0, failures: 0 };
				try {
					if (isOver({ until: due, failures }, clock.now())) {
						works.push(await job.work(event, signal));
						ids.push(event.id);
						postponed.delete(event.id);
						continue;
					}
				} catch (error) {
					if (signal.aborted) return undefined;
					fail(event, error);
				}
				next = Math.min(next ?? Number.MAX_SAFE_INTEGER, postponed.get(event.id)?.due ?? due);
			}
			if (ids.length > 0) {
				await hold.confirm();
				await job.commit(works);
				failPoints.hit("consumer:after-commit");
				await store.settle(ids, marker);
				failPoints.hit("consumer:after-settle");
				job.done?.(works);
			}
			// An event that is appended from now on wakes the lane again.
			if (events.length < batch) return next;
		}
		return clock.now();
	};
}
