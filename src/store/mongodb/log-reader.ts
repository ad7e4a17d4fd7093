import type { Collection as MongoCollection } from "mongodb";
import type { Clock } from "../../core/clock.ts";
import type { LogEvent } from "../../core/ports/store.ts";
import { eventId, positionOf } from "../event-ids.ts";
import type { EventRecord } from "./records.ts";

/** The most ids per look-up. The log is read by key, since not every server handles ranges of the primary key well. */
const atOnce = 200;

/** True if the request key of an event is free again. */
const isOver = (record: EventRecord | null, now: number): boolean => (record?.requestUntil ?? Infinity) <= now;

/** Reads the log. */
export function createLogReader(log: MongoCollection<EventRecord>, clock: Clock) {
	/** The records with `seq > after`, in order, up to the first one that is missing. */
	async function records(stream: string, after: number, limit: number): Promise<readonly EventRecord[]> {
		const all: EventRecord[] = [];
		while (all.length < limit) {
			const from = after + all.length + 1;
			const ids = Array.from({ length: Math.min(atOnce, limit - all.length) }, (_, n) => eventId(stream, from + n));
			const found = new Map((await log.find({ _id: { $in: ids } }).toArray()).map((record) => [record._id, record]));
			for (const id of ids) {
				const record = found.get(id);
				if (!record) return all;
				all.push(record);
			}
		}
		return all;
	}

	/** Gives events their own ids as request keys, unless that has happened meanwhile. */
	async function release(over: readonly Pick<EventRecord, "_id" | "request">[]): Promise<void> {
		const changes = over.map(({ _id, request }) => ({
			updateOne: {
				filter: { _id, request },
				update: { $set: { request: _id }, $unset: { requestUntil: "" as const } },
			},
		}));
		if (changes.length > 0) await log.bulkWrite(changes, { ordered: false });
	}

	return {
		records,

		async event(id: string): Promise<LogEvent | undefined> {
			return asEvent(positionOf(id) && (await log.findOne({ _id: id })));
		},

		async eventBy(key: "natural" | "request", value: string): Promise<LogEvent | undefined> {
			const record = await log.findOne({ [key]: value });
			return key === "request" && isOver(record, clock.now()) ? undefined : asEvent(record);
		},

		/** Frees a request key if its time is over. */
		async freeRequest(value: string): Promise<void> {
			const record = await log.findOne({ request: value });
			if (record !== null && isOver(record, clock.now())) await release([record]);
		},

		/** Erases request keys whose time is over. Resolves with how many there were. */
		async forgetRequests(limit: number): Promise<number> {
			const over = await log
				.find({ requestUntil: { $lte: clock.now() } })
				.sort({ requestUntil: 1 })
				.limit(limit)
				.toArray();
			await release(over);
			return over.length;
		},

		/** The seq and the time of a stream's newest event. @param reached a seq that the stream has reached */
		async headFrom(stream: string, reached: number): Promise<{ readonly seq: number; readonly at: number }> {
			let last: EventRecord | undefined;
			let seq = reached;
			for (let some = 8; ; some = atOnce) {
				const found = await records(stream, seq, some);
				last = found.at(-1) ?? last;
				seq += found.length;
				if (found.length < some) break;
			}
			if (seq > 0 && !last) last = (await log.findOne({ _id: eventId(stream, seq) })) ?? undefined;
			return { seq, at: last?.at ?? 0 };
		},
	};
}

/** Reads the log. */
export type LogReader = ReturnType<typeof createLogReader>;

const asEvent = (record: EventRecord | null | undefined): LogEvent | undefined =>
	record ? toEvent(record) : undefined;

/** Converts a record to an event. */
export function toEvent({ _id, type, actor, at, request, natural, pending, body }: EventRecord): LogEvent {
	const position = positionOf(_id);
	if (!position) throw new Error(`${_id} is not the id of an event`);
	return { id: _id, ...position, type, actor, at, request, natural, pending, body: JSON.parse(body) };
}
