import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../core/clock.ts";
import type { LogEvent } from "../../core/ports/store.ts";
import { eventId, lastSeq, positionOf } from "../event-ids.ts";
import { limitSql } from "./limit-sql.ts";

interface Found {
	readonly stream: string;
	readonly seq: number;
	readonly type: string;
	readonly actor: string;
	readonly at: number;
	readonly request: string | null;
	readonly natural: string | null;
	readonly body: string;
	readonly pending: string | null;
}

/** A place does not fit into a JavaScript integer, so SQLite splits and combines it. */
const columns = `
	streams.id AS stream, log.place & 2147483647 AS seq, type, actor, at, request, "natural", body,
	(SELECT group_concat(marker, ' ') FROM owing WHERE owing.place = log.place) AS pending
`;
const found = `SELECT ${columns} FROM log JOIN streams ON streams.number = log.place >> 31`;

/** Reads the log. @param numberOf the number of a stream; `undefined` if it has none yet */
export function createLogReader(
	database: DatabaseSync,
	clock: Clock,
	numberOf: (stream: string) => number | undefined,
) {
	const byPlace = database.prepare(`${found} WHERE log.place = (?1 << 31) | ?2`);
	const byNatural = database.prepare(`${found} WHERE "natural" = ?`);
	const byRequest = database.prepare(`${found} WHERE request = ?1 AND (request_until IS NULL OR request_until > ?2)`);
	const behind = database.prepare(`
		${found} WHERE log.place > (?1 << 31) | ?2 AND log.place <= (?1 << 31) | 2147483647 ORDER BY log.place ${limitSql("?3")}
	`);
	const owing = database.prepare(`
		SELECT ${columns} FROM owing AS work CROSS JOIN log ON log.place = work.place JOIN streams ON streams.number = ?1
		WHERE work.marker = ?3 AND work.place > (?1 << 31) | ?2 AND work.place <= (?1 << 31) | 2147483647
		ORDER BY work.place ${limitSql("?4")}
	`);

	function event(id: string): LogEvent | undefined {
		const position = positionOf(id);
		const number = position && numberOf(position.stream);
		return number === undefined ? undefined : asEvent(byPlace.get(number, position?.seq ?? 0) as Found | undefined);
	}

	return {
		event,

		/** The event that has a key now. A key that is the event's own id is not stored. */
		eventBy(key: "natural" | "request", value: string): LogEvent | undefined {
			const row = key === "natural" ? byNatural.get(value) : byRequest.get(value, clock.now());
			const stored = asEvent(row as Found | undefined);
			if (stored) return stored;
			const own = event(value);
			return own?.[key] === value ? own : undefined;
		},

		events(stream: string, after: number, limit: number): readonly LogEvent[] {
			const number = numberOf(stream);
			if (number === undefined || after >= lastSeq) return [];
			return (behind.all(number, Math.max(after, 0), limit) as unknown as Found[]).map(toEvent);
		},

		owed(marker: string, stream: string, after: number, limit: number): readonly LogEvent[] {
			const number = numberOf(stream);
			if (number === undefined || after >= lastSeq) return [];
			return (owing.all(number, Math.max(after, 0), marker, limit) as unknown as Found[]).map(toEvent);
		},
	};
}

const asEvent = (row: Found | undefined): LogEvent | undefined => row && toEvent(row);

function toEvent(row: Found): LogEvent {
	const id = eventId(row.stream, row.seq);
	return {
		id,
		stream: row.stream,
		seq: row.seq,
		type: row.type,
		actor: row.actor,
		at: row.at,
		request: row.request ?? id,
		natural: row.natural ?? id,
		pending: row.pending === null ? [] : row.pending.split(" "),
		body: JSON.parse(row.body),
	};
}
