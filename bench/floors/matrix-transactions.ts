/** The floor of B5: one SQLite transaction (WAL, FULL) per request, with one row per event, before the 200. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { text } from "node:stream/consumers";
import { serveCalls } from "../serve-calls.ts";

let take: (events: readonly { readonly event_id: string }[]) => void;
let count: () => number;

const server = createServer((request, response) => {
	void text(request).then((body) => {
		take((JSON.parse(body) as { events: { event_id: string }[] }).events);
		response.writeHead(200, { "content-type": "application/json" }).end("{}");
	});
});

function openTable(file: string): void {
	const database = new DatabaseSync(file);
	database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	database.exec("CREATE TABLE events (id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT");
	const insertion = database.prepare("INSERT INTO events VALUES (?, ?) ON CONFLICT DO NOTHING");
	const [begin, commit] = [database.prepare("BEGIN IMMEDIATE"), database.prepare("COMMIT")];
	const counting = database.prepare("SELECT count(*) AS n FROM events");
	take = (events) => {
		begin.run();
		for (const event of events) insertion.run(event.event_id, JSON.stringify(event));
		commit.run();
	};
	count = () => Number(counting.get()?.["n"]);
}

const calls = {
	/** Resolves with the origin of the server. */
	async open(folder: string): Promise<string> {
		openTable(path.join(folder, "floor.db"));
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	},
	events: (): number => count(),
};
export type MatrixFloor = typeof calls;
serveCalls(calls);
