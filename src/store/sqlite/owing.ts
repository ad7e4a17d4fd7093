import type { DatabaseSync } from "node:sqlite";
import { placeOf } from "../event-ids.ts";

/** What consumers have not taken over yet. Everything here belongs into a transaction. */
export function createOwing(database: DatabaseSync, numberOf: (stream: string) => number | undefined) {
	const selection = database.prepare(`
		SELECT owing.row, pending FROM log JOIN owing ON owing.row = log.row WHERE place = (?1 << 31) | ?2
	`);
	const update = database.prepare("UPDATE owing SET pending = ? WHERE row = ?");
	const deletion = database.prepare("DELETE FROM owing WHERE row = ?");
	const delay = database.prepare("UPDATE owing SET due = ? WHERE row = ?");

	function find(id: string): { readonly row: number; readonly pending: string } | undefined {
		const place = placeOf(id);
		const number = place && numberOf(place.stream);
		if (number === undefined) return undefined;
		return selection.get(number, place?.seq ?? 0) as { row: number; pending: string } | undefined;
	}

	return {
		settle(id: string, marker: string): void {
			const owed = find(id);
			if (!owed) return;
			const left = (JSON.parse(owed.pending) as string[]).filter((other) => other !== marker);
			if (left.length > 0) update.run(JSON.stringify(left), owed.row);
			else deletion.run(owed.row);
		},

		postpone(id: string, until: number): void {
			const owed = find(id);
			if (owed) delay.run(until, owed.row);
		},
	};
}
