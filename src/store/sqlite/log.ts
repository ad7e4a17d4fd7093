import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../core/clock.ts";
import type { Appended, Fold, FoldsOf, LogEvent } from "../../core/ports/store.ts";
import type { CheckedDraft } from "../drafts.ts";
import { eventId, lastSeq } from "../event-ids.ts";
import { violatedColumn } from "./errors.ts";
import { createHeads } from "./heads.ts";
import { createLogReader } from "./log-reader.ts";

/** Writes the log. All functions are synchronous; `append` must be called within a transaction. */
export function createLog(database: DatabaseSync, clock: Clock, applyFold: (fold: Fold) => void) {
	const heads = createHeads(database);
	const reader = createLogReader(database, clock, heads.numberOf);
	const insertion = database.prepare("INSERT INTO log VALUES (NULL, (?1 << 31) | ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
	const owe = database.prepare("INSERT INTO owing VALUES ((?1 << 31) | ?2, ?3)");
	const newestRow = database.prepare("SELECT max(row) AS row FROM log");
	const erasure = database.prepare("UPDATE log SET body = ?3 WHERE place = (?1 << 31) | ?2");

	const release = database.prepare(
		"UPDATE log SET request = NULL, request_until = NULL WHERE request = ?1 AND request_until <= ?2",
	);
	const releaseOldest = database.prepare(`
		UPDATE log SET request = NULL, request_until = NULL
		WHERE row IN (SELECT row FROM log WHERE request_until <= ?1 ORDER BY request_until LIMIT ?2)
	`);

	/** The earlier event with one of the draft's keys, if there is one. */
	function earlier({ natural, request }: CheckedDraft["draft"]): Appended | undefined {
		for (const [by, key] of [["natural", natural] as const, ["request", request] as const]) {
			const event = key === undefined ? undefined : reader.eventBy(by, key);
			if (event) return { outcome: "duplicate", by, event };
		}
		return undefined;
	}

	return {
		...reader,
		heads,

		/** The newest row of the log in the file; 0 if the log is empty. */
		newestRow: (): number => Number(newestRow.get()?.["row"] ?? 0),

		/** Must be called within a transaction. */
		forgetRequests: (limit: number): number => Number(releaseOldest.run(clock.now(), limit).changes),

		append({ draft, body, erases }: CheckedDraft, folds: FoldsOf, after: number | undefined): Appended {
			const head = heads.of(draft.stream);
			if (after !== undefined && after !== head.seq) return earlier(draft) ?? { outcome: "moved", seq: head.seq };
			const seq = head.seq + 1;
			const at = Math.max(clock.now(), head.at);
			if (seq > lastSeq) throw new RangeError(`The stream ${draft.stream} is full`);
			const { type, actor, request = null, natural = null } = draft;
			const until = draft.requestMs === undefined ? null : at + draft.requestMs;
			const insert = () => insertion.run(head.number, seq, type, actor, at, request, natural, body, until);
			try {
				insert();
			} catch (error) {
				const duplicate = violatedColumn(error) && earlier(draft);
				if (duplicate) return duplicate;
				// Another event has the request key, but no longer for itself.
				if (release.run(request, clock.now()).changes === 0) throw error;
				insert();
			}
			head.seq = seq;
			head.at = at;
			for (const marker of draft.pending) owe.run(head.number, seq, marker);
			for (const erased of erases) if (erased.seq < seq) erasure.run(head.number, erased.seq, erased.body);

			const id = eventId(draft.stream, seq);
			const event: LogEvent = {
				id,
				stream: draft.stream,
				seq,
				type: draft.type,
				actor: draft.actor,
				at,
				request: draft.request ?? id,
				natural: draft.natural ?? id,
				pending: draft.pending,
				body: draft.body,
			};
			for (const fold of folds(event)) applyFold(fold);
			return { outcome: "appended", event };
		},
	};
}
