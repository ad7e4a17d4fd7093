import type { DatabaseSync } from "node:sqlite";
import { positionOf } from "../event-ids.ts";

/** Finds the streams with pending events, and settles events. */
export function createOwing(database: DatabaseSync, numberOf: (stream: string) => number | undefined) {
	const deletion = database.prepare("DELETE FROM owing WHERE place = (?1 << 31) | ?2 AND marker = ?3");
	const next = database.prepare(`
		SELECT streams.number AS number, streams.id AS id FROM owing CROSS JOIN streams ON streams.number = owing.place >> 31
		WHERE marker = ? AND place >= (? + 1) << 31 ORDER BY place LIMIT 1
	`);

	return {
		/** Removes a marker from an event. Must be called within a transaction. */
		settle(id: string, marker: string): void {
			const position = positionOf(id);
			const number = position && numberOf(position.stream);
			if (number !== undefined) deletion.run(number, position?.seq ?? 0, marker);
		},

		/**
		 * The streams with pending events, in the order of their creation; an unknown `after` precedes all of them. The cost depends on the
		 * number of these streams, not of their events.
		 */
		streams(marker: string, after: string | undefined, limit: number): readonly string[] {
			const found: string[] = [];
			let last = (after === undefined ? undefined : numberOf(after)) ?? -1;
			while (found.length < limit) {
				const stream = next.get(marker, last) as { readonly number: number; readonly id: string } | undefined;
				if (stream === undefined) break;
				last = stream.number;
				found.push(stream.id);
			}
			return found;
		},
	};
}
