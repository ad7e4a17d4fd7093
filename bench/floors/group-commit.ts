import { DatabaseSync } from "node:sqlite";

/** A table whose inserts resolve when the row is durable: WAL, `synchronous = FULL`, one transaction per turn of the event loop. */
export interface Rows {
	insert(body: string): Promise<void>;
	bodies(): readonly string[];
}

export function openRows(file: string): Rows {
	const database = new DatabaseSync(file);
	database.exec(
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT",
	);
	const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
	const insertion = database.prepare("INSERT INTO inbox (body) VALUES (?)");
	let waiting: { readonly body: string; resolve(): void }[] = [];

	function flush(): void {
		const rows = waiting;
		waiting = [];
		begin.run();
		for (const { body } of rows) insertion.run(body);
		commit.run();
		for (const { resolve } of rows) resolve();
	}

	return {
		insert: (body) =>
			new Promise((resolve) => {
				if (waiting.push({ body, resolve }) === 1) setImmediate(flush);
			}),
		bodies: () =>
			database
				.prepare("SELECT body FROM inbox")
				.all()
				.map((row) => String(row["body"])),
	};
}
