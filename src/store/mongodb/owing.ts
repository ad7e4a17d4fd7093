import type { Collection as MongoCollection } from "mongodb";
import type { EventRecord } from "./records.ts";

/** Ids per update. */
const atOnce = 1_000;

/** What consumers have not taken over yet. */
export function createOwing(log: MongoCollection<EventRecord>) {
	/** Nothing is pending any more, so nothing is owed. */
	async function clear(ids: readonly string[]): Promise<void> {
		await log.updateMany({ _id: { $in: [...ids] }, pending: { $size: 0 } }, { $unset: { owed: "" } });
	}

	return {
		async owed(now: number, limit: number): Promise<readonly EventRecord[]> {
			for (;;) {
				const found = await log
					.find({ owed: { $lte: now } })
					.sort({ owed: 1, _id: 1 })
					.limit(limit)
					.toArray();
				const settled = found.filter(({ pending }) => pending.length === 0);
				if (settled.length === 0) return found;
				// a process has ended between the two steps of `settle`
				await clear(settled.map(({ _id }) => _id));
			}
		},

		async settle(events: readonly string[], marker: string): Promise<void> {
			for (let from = 0; from < events.length; from += atOnce) {
				const ids = events.slice(from, from + atOnce);
				await log.updateMany({ _id: { $in: ids }, pending: marker }, { $pull: { pending: marker } });
				await clear(ids);
			}
		},

		async postpone(id: string, until: number): Promise<void> {
			await log.updateOne({ _id: id, owed: { $exists: true } }, { $set: { owed: until } });
		},
	};
}
