import type { DatabaseSync } from "node:sqlite";
import { placeOf } from "../event-ids.ts";

/** Which streams have work for a consumer, and the end of that work. */
export function createOwing(database: DatabaseSync, numberOf: (stream: string) => number | undefined) {
	const deletion = database.prepare("DELETE FROM owing WHERE place = (?1 << 31) | ?2 AND marker = ?3");
	const next = database.prepare(`
		SELECT streams.number AS number, streams.id AS id FROM owing CROSS JOIN streams ON streams.number = owing.place >> 31
		WHERE marker = ? AND place >= (? + 1) << 31 ORDER BY place LIMIT 1
	`);

	return {
		/** Belongs into a transaction. */
		settle(id: string, marker: string): void {
			const place = placeOf(id);
			const number = place && numberOf(place.stream);
			if (number !== undefined) deletion.run(number, place?.seq ?? 0, marker);
		},

		/**
		 * In the order in which the streams began; one that is not known comes before all others. Jumps from stream to stream, so
		 * it costs as much as there are streams with work, however much each has.
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
