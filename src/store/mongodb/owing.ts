import type { Collection as MongoCollection } from "mongodb";
import type { EventRecord } from "./records.ts";

/** The most ids per update. */
const atOnce = 1_000;

/** Finds and settles the events that are pending for consumers. */
export function createOwing(log: MongoCollection<EventRecord>) {
	return {
		async owed(marker: string, stream: string, after: number, limit: number): Promise<readonly EventRecord[]> {
			return log
				.find({ pending: marker, owedStream: stream, owedSeq: { $gt: after } })
				.sort({ owedSeq: 1 })
				.limit(limit)
				.toArray();
		},

		/** The streams with pending events, by name. The cost depends on the number of streams, not of events. */
		async streams(marker: string, after: string, limit: number): Promise<readonly string[]> {
			const found: string[] = [];
			for (let last = after; found.length < limit; ) {
				const [next] = await log
					.find({ pending: marker, owedStream: { $gt: last } }, { projection: { owedStream: 1 } })
					.sort({ owedStream: 1 })
					.limit(1)
					.toArray();
				if (next?.owedStream === undefined) break;
				last = next.owedStream;
				found.push(last);
			}
			return found;
		},

		/** If the process ends between the two steps, it leaves fields that no query matches. */
		async settle(events: readonly string[], marker: string): Promise<void> {
			for (let from = 0; from < events.length; from += atOnce) {
				const ids = events.slice(from, from + atOnce);
				await log.updateMany({ _id: { $in: ids }, pending: marker }, { $pull: { pending: marker } });
				await log.updateMany({ _id: { $in: ids }, pending: { $size: 0 } }, { $unset: { owedStream: "", owedSeq: "" } });
			}
		},
	};
}
