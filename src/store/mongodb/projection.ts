import type { Collection as MongoCollection } from "mongodb";
import type { FoldsOf } from "../../core/ports/store.ts";
import { eventId } from "../event-ids.ts";
import { isDuplicateKey } from "./errors.ts";
import type { Folding, Plan } from "./folding.ts";
import { type LogReader, toEvent } from "./log-reader.ts";
import type { CursorRecord, EventRecord } from "./records.ts";

/** Events folded at once, and cursors looked at at once. */
const atOnce = 200;
/** Streams whose cursors are remembered. */
const capacity = 20_000;

/**
 * Keeps the documents behind the log: each stream has a cursor, and every event up to it is folded. A cursor only goes
 * up, so a remembered one is never too high, and folding on from it is never wrong.
 */
export function createProjection(
	log: MongoCollection<EventRecord>,
	cursors: MongoCollection<CursorRecord>,
	reader: LogReader,
	folding: Folding,
) {
	const known = new Map<string, number>();

	function remember(stream: string, applied: number): number {
		if (known.size >= capacity && !known.has(stream)) known.delete(known.keys().next().value as string);
		const highest = Math.max(applied, known.get(stream) ?? 0);
		known.set(stream, highest);
		return highest;
	}

	/** How far the stream is folded, at least. Makes the cursor of a stream that is new: it comes before the first event. */
	async function appliedOf(stream: string): Promise<number> {
		const remembered = known.get(stream);
		if (remembered !== undefined) return remembered;
		const found = await cursors.findOne({ _id: stream });
		if (found) return remember(stream, found.applied);
		try {
			await cursors.insertOne({ _id: stream, applied: 0 });
		} catch (error) {
			if (!isDuplicateKey(error)) throw error;
		}
		return remember(stream, 0);
	}

	/** Folds these events, the first of which follows on `from`, up to which all are folded; moves the cursor behind them. */
	async function apply(stream: string, from: number, records: readonly EventRecord[], plan: Plan): Promise<void> {
		const last = from + records.length;
		await folding.write(plan, last);
		for (const [n, { erases = [] }] of records.entries()) {
			for (const { seq, body } of erases) {
				if (seq <= from + n) await log.updateOne({ _id: eventId(stream, seq) }, { $set: { body } });
			}
		}
		await cursors.updateOne({ _id: stream, applied: { $lt: last } }, { $set: { applied: last } });
		remember(stream, last);
	}

	/** Resolves when every event of the stream up to `seq` is folded. */
	async function reach(stream: string, seq: number, folds: FoldsOf): Promise<void> {
		if ((await appliedOf(stream)) >= seq) return;
		known.delete(stream); // another process may have folded them since
		for (;;) {
			const applied = await appliedOf(stream);
			if (applied >= seq) return;
			const records = await reader.records(stream, applied, Math.min(atOnce, seq - applied));
			if (records.length === 0) return;
			const plan = await folding.plan(records.map(toEvent), () => folds);
			if (plan.failed) throw plan.failed.error;
			await apply(stream, applied, records, plan);
		}
	}

	return {
		/** The same for a reader: a stream that has no cursor gets none. */
		async readApplied(stream: string): Promise<number> {
			return known.get(stream) ?? (await cursors.findOne({ _id: stream }))?.applied ?? 0;
		},

		appliedOf,
		apply,
		reach,

		/** Of these events' streams, folds those that lag behind them. */
		async reachAll(
			places: readonly { readonly stream: string; readonly seq: number }[],
			folds: FoldsOf,
		): Promise<void> {
			const furthest = new Map<string, number>();
			for (const { stream, seq } of places) furthest.set(stream, Math.max(seq, furthest.get(stream) ?? 0));
			for (const [stream, seq] of furthest) await reach(stream, seq, folds);
		},

		/** Folds whatever a process that ended has left. Looks at every stream: one key look-up for each. */
		async catchUp(folds: FoldsOf): Promise<void> {
			let behind = "";
			for (;;) {
				const page = await cursors
					.find({ _id: { $gt: behind } })
					.sort({ _id: 1 })
					.limit(5 * atOnce)
					.toArray();
				if (page.length === 0) return;
				const nextIds = page.map(({ _id, applied }) => eventId(_id, applied + 1));
				const there = new Set(await log.distinct("_id", { _id: { $in: nextIds } }));
				for (const { _id: stream, applied } of page) {
					if (!there.has(eventId(stream, applied + 1))) continue;
					await reach(stream, (await reader.headFrom(stream, applied + 1)).seq, folds);
				}
				behind = page.at(-1)?._id ?? "";
			}
		},
	};
}

export type Projection = ReturnType<typeof createProjection>;
