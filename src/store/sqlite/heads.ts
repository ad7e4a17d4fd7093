import type { DatabaseSync } from "node:sqlite";

/** The newest event of a stream; the log moves `seq` and `at` when it appends. */
export interface Head {
	readonly number: number;
	seq: number;
	at: number;
}

/** Streams that are remembered at once. */
const capacity = 20_000;

/** What this process remembers of its streams: their numbers, and where they end. */
export function createHeads(database: DatabaseSync) {
	const numberSelection = database.prepare("SELECT number FROM streams WHERE id = ?");
	const streamInsertion = database.prepare("INSERT INTO streams (id) VALUES (?) RETURNING number");
	const newest = database.prepare(`
		SELECT place & 2147483647 AS seq, at FROM log
		WHERE place BETWEEN ?1 << 31 AND (?1 << 31) | 2147483647 ORDER BY place DESC LIMIT 1
	`);
	const dataVersion = database.prepare("PRAGMA data_version");
	const heads = new Map<string, Head>();
	let seenVersion: unknown;

	/** A stream's number never changes, so a remembered one is right even if its end is not. */
	function numberOf(stream: string): number | undefined {
		return heads.get(stream)?.number ?? (numberSelection.get(stream)?.["number"] as number | undefined);
	}

	function newestOf(number: number): { readonly seq: number; readonly at: number } {
		return (newest.get(number) as { seq: number; at: number } | undefined) ?? { seq: 0, at: 0 };
	}

	return {
		numberOf,

		/** For an append: within a transaction, it may give the stream its number. */
		of(stream: string): Head {
			let head = heads.get(stream);
			if (head) return head;
			const number = numberOf(stream) ?? (streamInsertion.get(stream)?.["number"] as number);
			head = { number, ...newestOf(number) };
			if (heads.size >= capacity) heads.delete(heads.keys().next().value as string);
			heads.set(stream, head);
			return head;
		},

		/** As it stands in the file, whatever this process remembers. */
		seqOf(stream: string): number {
			const number = numberOf(stream);
			return number === undefined ? 0 : newestOf(number).seq;
		},

		/** Called with the write lock held: if another connection has written since, what is remembered is worth nothing. */
		refresh(): void {
			const version = dataVersion.get()?.["data_version"];
			if (version === seenVersion) return;
			seenVersion = version;
			heads.clear();
		},

		forget(): void {
			heads.clear();
		},
	};
}
