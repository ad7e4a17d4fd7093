import type { Collection as MongoCollection } from "mongodb";
import type { FoldsOf } from "../../core/ports/store.ts";
import { eventId } from "../event-ids.ts";
import { isDuplicateKey } from "./errors.ts";
import type { Folding, Plan } from "./folding.ts";
import { type LogReader, toEvent } from "./log-reader.ts";
import type { CursorRecord, EventRecord } from "./records.ts";

/** How many events are folded, and how many cursors are read, at once. */
const atOnce = 200;
/** How many cursors are cached. */
const capacity = 20_000;

/**
 * Keeps the documents up to date with the log: each stream has a cursor, up to which all of its events are folded. A cursor only
 * increases, so that a cached one is never too high, and folding from it is always correct.
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

	/** A seq up to which the stream is folded. Creates the cursor of a new stream, which must exist before the first event. */
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

	/** Folds the events after `from`, up to which the stream is folded, applies their erasures and moves the cursor. */
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

	/** Folds the events of a stream up to `seq`. */
	async function foldUpTo(stream: string, seq: number, folds: FoldsOf): Promise<void> {
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
		/** Like `appliedOf`, but does not create a cursor. */
		async readApplied(stream: string): Promise<number> {
			return known.get(stream) ?? (await cursors.findOne({ _id: stream }))?.applied ?? 0;
		},

		appliedOf,
		apply,
		foldUpTo,

		/** Folds the streams of these events up to the events. */
		async foldAllUpTo(
			places: readonly { readonly stream: string; readonly seq: number }[],
			folds: FoldsOf,
		): Promise<void> {
			const furthest = new Map<string, number>();
			for (const { stream, seq } of places) furthest.set(stream, Math.max(seq, furthest.get(stream) ?? 0));
			for (const [stream, seq] of furthest) await foldUpTo(stream, seq, folds);
		},

		/** Folds all events that were left unfolded. Costs one key look-up per stream. */
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
					await foldUpTo(stream, (await reader.headFrom(stream, applied + 1)).seq, folds);
				}
				behind = page.at(-1)?._id ?? "";
			}
		},
	};
}

/** Keeps the documents up to date with the log. */
export type Projection = ReturnType<typeof createProjection>;
