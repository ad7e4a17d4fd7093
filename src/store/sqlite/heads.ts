import type { DatabaseSync } from "node:sqlite";

/** The newest event of a stream. The log updates `seq` and `at` when it appends. */
export interface Head {
	readonly number: number;
	seq: number;
	at: number;
}

/** How many heads are cached. */
const capacity = 20_000;

/** Caches the numbers and the heads of streams. */
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

	/** The number of a stream. It never changes, so that a cached one is right even if the cached head is not. */
	function numberOf(stream: string): number | undefined {
		return heads.get(stream)?.number ?? (numberSelection.get(stream)?.["number"] as number | undefined);
	}

	function newestOf(number: number): { readonly seq: number; readonly at: number } {
		return (newest.get(number) as { seq: number; at: number } | undefined) ?? { seq: 0, at: 0 };
	}

	return {
		numberOf,

		/** The head of a stream for an append. Within a transaction, since it may assign the stream its number. */
		of(stream: string): Head {
			let head = heads.get(stream);
			if (head) return head;
			const number = numberOf(stream) ?? (streamInsertion.get(stream)?.["number"] as number);
			head = { number, ...newestOf(number) };
			if (heads.size >= capacity) heads.delete(heads.keys().next().value as string);
			heads.set(stream, head);
			return head;
		},

		/** The newest seq of a stream in the file, regardless of the cache. */
		seqOf(stream: string): number {
			const number = numberOf(stream);
			return number === undefined ? 0 : newestOf(number).seq;
		},

		/** Drops the cache if another connection has written since. Called when the write lock is held. */
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
