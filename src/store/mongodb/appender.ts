import { randomUUID } from "node:crypto";
import type { Collection as MongoCollection } from "mongodb";
import type { Clock } from "../../core/clock.ts";
import type { FailPoints } from "../../core/ports/fail-points.ts";
import type { Appended, FoldsOf, LogEvent } from "../../core/ports/store.ts";
import type { CheckedDraft } from "../drafts.ts";
import { eventId, lastSeq } from "../event-ids.ts";
import { publicError, refusedIn } from "./errors.ts";
import type { Folding } from "./folding.ts";
import type { LogReader } from "./log-reader.ts";
import type { Projection } from "./projection.ts";
import type { EventRecord } from "./records.ts";

/** The most events per `insertMany`. */
const atOnce = 200;

interface Job {
	readonly checked: CheckedDraft;
	readonly folds: FoldsOf;
	readonly after: number | undefined;
	resolve(appended: Appended): void;
	reject(reason: unknown): void;
}

interface Head {
	readonly seq: number;
	readonly at: number;
}

/** A job with the seq that it gets unless another process takes that seq first. */
interface NumberedJob {
	readonly job: Job;
	readonly event: LogEvent;
	readonly record: EventRecord;
}

/** The dependencies of an appender. */
export interface AppenderParts {
	readonly log: MongoCollection<EventRecord>;
	readonly reader: LogReader;
	readonly folding: Folding;
	readonly projection: Projection;
	readonly failPoints: FailPoints;
	readonly clock: Clock;
}

/**
 * Appends to one stream, in order, one batch at a time: the waiting events are inserted by one ordered `insertMany`, each with the id after
 * that of the previous one. The server rejects ids that exist, so that processes can compete for them.
 */
export function createAppender(stream: string, parts: AppenderParts) {
	const { log, reader, folding, projection, failPoints, clock } = parts;
	let waiting: Job[] = [];
	let running: Promise<void> | undefined;
	let head: Head | undefined;

	async function run(): Promise<void> {
		await new Promise(setImmediate); // appends that are started in this turn share the first batch
		while (waiting.length > 0) {
			let tried: readonly Job[] = waiting.slice(0, 1);
			try {
				head ??= await reader.headFrom(stream, await projection.appliedOf(stream));
				const batch = nextBatch(head);
				if (batch.length === 0) await refuse(waiting[0] as Job, head);
				else {
					tried = batch.map(({ job }) => job);
					await store(batch, head);
				}
			} catch (error) {
				head = undefined;
				drop(tried, (job) => job.reject(publicError(error)));
			}
		}
		running = undefined;
	}

	/** Answers jobs and removes them from the queue. */
	function drop(jobs: readonly Job[], answer: (job: Job) => void): void {
		const done = new Set(jobs);
		waiting = waiting.filter((job) => !done.has(job));
		for (const job of jobs) answer(job);
	}

	/** The next jobs with consecutive seqs, up to the first one that requires another seq. */
	function nextBatch({ seq, at }: Head): readonly NumberedJob[] {
		const batch: NumberedJob[] = [];
		const insert = randomUUID();
		let last = at;
		for (const job of waiting.slice(0, atOnce)) {
			const next = seq + batch.length + 1;
			if (job.after !== undefined && job.after !== next - 1) break;
			if (next > lastSeq) throw new RangeError(`The stream ${stream} is full`);
			last = Math.max(clock.now(), last);
			batch.push(numbered(job, next, last, insert));
		}
		return batch;
	}

	/** Answers a job whose `after` is not the head, unless the cached head was wrong. */
	async function refuse(job: Job, remembered: Head): Promise<void> {
		head = await reader.headFrom(stream, remembered.seq);
		if (head.seq === job.after) return;
		const answer = (await earlier(job)) ?? { outcome: "moved", seq: head.seq };
		drop([job], () => job.resolve(answer));
	}

	async function store(batch: readonly NumberedJob[], { seq }: Head): Promise<void> {
		const folds = batch[0]?.job.folds as FoldsOf;
		await projection.foldUpTo(stream, seq, folds);
		const foldsOf = new Map(batch.map(({ event, job }) => [event, job.folds]));
		const plan = await folding.plan([...foldsOf.keys()], (event) => foldsOf.get(event) ?? folds);
		if (plan.failed) {
			const { event, error } = plan.failed;
			const { job } = batch.find((one) => one.event === event) as NumberedJob;
			// A repetition is answered like the first time, even if it could not be folded now.
			const duplicate = await earlier(job);
			drop([job], () => (duplicate ? job.resolve(duplicate) : job.reject(error)));
			return;
		}
		failPoints.hit("store:before-commit");
		const count = await insert(batch);
		const landed = batch.slice(0, count);
		if (landed.length > 0) {
			failPoints.hit("store:after-commit");
			await projection.apply(
				stream,
				seq,
				landed.map(({ record }) => record),
				plan,
			);
			const last = landed.at(-1)?.event;
			head = last && { seq: last.seq, at: last.at };
			const events = new Map(landed.map(({ job, event }) => [job, event]));
			drop([...events.keys()], (job) => job.resolve({ outcome: "appended", event: events.get(job) as LogEvent }));
		}
		const refused = batch[count]?.job;
		if (!refused) return;
		const duplicate = await earlier(refused);
		if (duplicate) drop([refused], () => refused.resolve(duplicate));
		else head = undefined; // another process took the seq
	}

	/** Inserts a batch. @returns how many events were inserted; the next one was rejected as a duplicate of some key */
	async function insert(batch: readonly NumberedJob[]): Promise<number> {
		const records = batch.map(({ record }) => record);
		try {
			await log.insertMany(records, { ordered: true });
			return records.length;
		} catch (error) {
			const refused = refusedIn(error);
			if (refused) return landedBefore(records, refused[0]?.index ?? 0);
			const landed = await landedBefore(records, records.length);
			if (landed < records.length) throw error;
			await confirm(eventId(stream, (batch.at(-1) as NumberedJob).event.seq));
			return landed;
		}
	}

	/** How many of the first `most` records are stored. Decided by reading them back, since the counts in errors are not reliable. */
	async function landedBefore(records: readonly EventRecord[], most: number): Promise<number> {
		const ids = records.slice(0, most).map(({ _id }) => _id);
		if (ids.length === 0) return 0;
		const found = await log.find({ _id: { $in: ids } }, { projection: { insert: 1 } }).toArray();
		const inserts = new Map(found.map(({ _id, insert }) => [_id, insert]));
		const missing = records.slice(0, most).findIndex(({ _id, insert }) => inserts.get(_id) !== insert);
		return missing < 0 ? ids.length : missing;
	}

	/** The earlier event with one of the draft's keys, if there is one. It is made sure to be durable and folded. */
	async function earlier({ checked: { draft }, folds }: Job): Promise<Appended | undefined> {
		for (const [by, key] of [["natural", draft.natural] as const, ["request", draft.request] as const]) {
			const event = key === undefined ? undefined : await reader.eventBy(by, key);
			if (!event) {
				if (by === "request" && key !== undefined) await reader.freeRequest(key);
				continue;
			}
			await confirm(event.id);
			await projection.foldUpTo(event.stream, event.seq, folds);
			return { outcome: "duplicate", by, event };
		}
		return undefined;
	}

	/** Resolves when a majority has the event: an update that changes nothing waits for all earlier writes. */
	async function confirm(id: string): Promise<void> {
		await log.updateOne({ _id: id }, { $unset: { confirmed: "" } });
	}

	function numbered(job: Job, seq: number, at: number, insert: string): NumberedJob {
		const { draft, body, erases } = job.checked;
		const { type, actor, pending, requestMs } = draft;
		const id = eventId(stream, seq);
		const [request, natural] = [draft.request ?? id, draft.natural ?? id];
		const record: EventRecord = {
			_id: id,
			type,
			actor,
			at,
			request,
			...(requestMs !== undefined && { requestUntil: at + requestMs }),
			natural,
			pending,
			...(pending.length > 0 && { owedStream: stream, owedSeq: seq }),
			body,
			...(erases.length > 0 && { erases }),
			insert,
		};
		return { job, record, event: { id, stream, seq, type, actor, at, request, natural, pending, body: draft.body } };
	}

	return {
		append(checked: CheckedDraft, folds: FoldsOf, after: number | undefined): Promise<Appended> {
			return new Promise((resolve, reject) => {
				waiting.push({ checked, folds, after, resolve, reject });
				running ??= run();
			});
		},

		/** Resolves when no append is waiting. */
		async idle(): Promise<void> {
			await running;
		},

		get isIdle(): boolean {
			return running === undefined;
		},
	};
}

/** Appends to one stream. */
export type Appender = ReturnType<typeof createAppender>;
