import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import { systemClock } from "../../src/core/clock.ts";
import { noFailPoints } from "../../src/core/ports/fail-points.ts";
import { StoreUnavailable } from "../../src/core/ports/store.ts";
import { checkPage } from "../../src/store/page-request.ts";
import { openSqliteStore } from "../../src/store/sqlite/index.ts";
import { pageSql } from "../../src/store/sqlite/pages.ts";
import { type OpenOptions, storeContract } from "../contracts/store.ts";
import { collections, folds, notes, post } from "../contracts/store-collections.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { appendUntilKilled, checkLedger } from "./kills.ts";

async function newDatabase(t: ExecutionContext) {
	const file = join(await temporaryFolder(t), "store.db");
	return {
		file,
		async open(options: OpenOptions = {}) {
			const store = await openSqliteStore({
				file,
				collections,
				failPoints: noFailPoints,
				clock: systemClock,
				...options,
			});
			t.teardown(() => store.close());
			return store;
		},
	};
}

storeContract("sqlite", newDatabase);

test("all writes of one turn of the event loop share one commit", async (t) => {
	let commits = 0;
	const count = { hit: (name: string) => (name === "store:before-commit" ? commits++ : undefined) };
	const store = await (await newDatabase(t)).open({ failPoints: count });
	await Promise.all([
		...Array.from({ length: 100 }, (_, n) =>
			store.append(post(`s${n % 3}`, String(n), { pending: ["bridge"] }), { folds }),
		),
		...Array.from({ length: 20 }, (_, n) => store.insert(notes, `n${n}`, { owner: "o", rank: n, handle: `h${n}` })),
		store.settle(["s1/1"], "bridge"),
	]);
	t.is(commits, 1);
});

test("every page is answered by an index, without scanning or sorting", async (t) => {
	const { file, open } = await newDatabase(t);
	await open();
	const database = new DatabaseSync(file);
	t.teardown(() => database.close());
	const keys = { handle: ["h"], ranking: ["o", 1], due: [1], id: ["n"] } as const;
	for (const [name, key] of Object.entries(keys)) {
		const index = name === "id" ? undefined : name;
		for (const prefix of key.map((_, length) => key.slice(0, length))) {
			for (const after of [undefined, key]) {
				for (const order of ["asc", "desc"] as const) {
					const page = { ...(index && { index }), prefix, ...(after && { after }), order, limit: 5 };
					const sql = pageSql(notes, index, checkPage(notes, page));
					const plan = database
						.prepare(`EXPLAIN QUERY PLAN ${sql}`)
						.all()
						.map(({ detail }) => String(detail));
					const used = index ? `doc_notes.${index}` : "sqlite_autoindex_doc_notes_1";
					t.true(
						plan.every((step) => step.includes(`USING INDEX ${used}`)),
						plan.join("\n"),
					);
					const bounded = prefix.length > 0 || after !== undefined;
					if (bounded)
						t.true(
							plan.every((step) => /^(SEARCH|CORRELATED SCALAR SUBQUERY) /.test(step)),
							plan.join("\n"),
						);
				}
			}
		}
	}
});

test("no query scans the log", async (t) => {
	const { file, open } = await newDatabase(t);
	await open();
	const database = new DatabaseSync(file);
	t.teardown(() => database.close());
	const seen: string[] = [];
	const prepare = database.prepare.bind(database);
	database.prepare = (sql) => {
		seen.push(sql);
		return prepare(sql);
	};
	const { createLogReader } = await import("../../src/store/sqlite/log-reader.ts");
	const { createHeads } = await import("../../src/store/sqlite/heads.ts");
	const { createOwing } = await import("../../src/store/sqlite/owing.ts");
	createOwing(database, createHeads(database).numberOf);
	createLogReader(database, systemClock, () => 1);
	const queries = seen.filter((sql) => /SELECT|UPDATE|DELETE/.test(sql));
	t.true(queries.length > 8);
	for (const sql of queries) {
		const plan = prepare(`EXPLAIN QUERY PLAN ${sql}`)
			.all()
			.map(({ detail }) => String(detail));
		t.true(
			plan.every((step) => /^(SEARCH|CORRELATED SCALAR SUBQUERY) /.test(step)),
			`${sql}\n${plan.join("\n")}`,
		);
	}
});

test("a process killed at any point leaves an intact file with all acknowledged events", async (t) => {
	const { file, open } = await newDatabase(t);
	const ledger = new Map<string, string>();
	const ends = [["store:before-commit", "3"], ["store:after-commit", "4"], [], ["store:before-commit", "1"], []];
	for (const [n, end] of ends.entries()) {
		for (const entry of await appendUntilKilled(["sqlite", file, `w${n}`, ...end], 200)) ledger.set(...entry);
	}
	t.true(ledger.size > 200);
	await checkLedger(t, await open(), ledger);
	const database = new DatabaseSync(file);
	t.teardown(() => database.close());
	t.is(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"], "ok");
});

test("processes that write one file at once and are killed lose no acknowledged event", async (t) => {
	const { file, open } = await newDatabase(t);
	const store = await open();
	const others = ["a", "b"].map((writer) => appendUntilKilled(["sqlite", file, writer], 150));
	const ended = Promise.all(others);
	let running = true;
	void ended.then(() => {
		running = false;
	});
	const ledger = new Map<string, string>();
	for (let n = 0; running; n++) {
		const done = await store.append(post("s", `own-${n}`, { natural: `own-${n}`, pending: ["bridge"] }), { folds });
		if (done.outcome === "appended") ledger.set(done.event.id, done.event.natural);
	}
	for (const entries of await ended) for (const entry of entries) ledger.set(...entry);
	t.true(ledger.size >= 300);
	await checkLedger(t, store, ledger);
});

test("while the disk is full, writes are rejected and reads work; with free space, writes work again", async (t) => {
	const { file, open } = await newDatabase(t);
	const source = `
		import { createInterface } from "node:readline";
		import { openSqliteStore } from ${JSON.stringify(join(import.meta.dirname, "../../src/store/sqlite/index.ts"))};
		const store = await openSqliteStore({
			file: ${JSON.stringify(file)}, collections: [], failPoints: { hit() {} }, clock: { now: () => Date.now() },
		});
		let n = 0;
		const body = "x".repeat(50_000);
		console.log("ready");
		for await (const line of createInterface(process.stdin)) {
			if (line === "end") break;
			try {
				await store.append({ stream: "s", type: "t", actor: "a", pending: [], body }, { folds: () => [] });
				n++;
				console.log("stored");
			} catch (error) {
				console.log(error.name, (await store.events("s", 0, 1000)).length === n);
			}
		}
		await store.close();
	`;
	// The full disk is simulated by a limit on the size of files, which can be lifted while the process runs.
	const script = 'trap "" XFSZ; ulimit -S -f 2048; exec "$0" --input-type=module -e "$1"';
	const child = spawn("bash", ["-c", script, process.execPath, source], { stdio: ["pipe", "pipe", "inherit"] });
	const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
	const answer = async (): Promise<string> => (await lines.next()).value ?? "it has ended";
	t.is(await answer(), "ready");
	let stored = 0;
	let last = "stored";
	for (; last === "stored" && stored < 100; stored++) {
		child.stdin.write("append\n");
		last = await answer();
	}
	t.is(last, `${StoreUnavailable.name} true`);
	child.stdin.write("append\n");
	t.is(await answer(), `${StoreUnavailable.name} true`);
	execFileSync("prlimit", ["--pid", String(child.pid), "--fsize=unlimited:unlimited"]);
	child.stdin.write("append\n");
	t.is(await answer(), "stored");
	const ended = once(child, "exit");
	child.stdin.end("end\n");
	t.deepEqual(await ended, [0, null]);
	t.is(await (await open({ collections: [] })).head("s"), stored);
});

test("a missing folder or a file of a newer version prevents opening", async (t) => {
	const folder = await temporaryFolder(t);
	const options = { collections, failPoints: noFailPoints, clock: systemClock };
	await t.throwsAsync(openSqliteStore({ ...options, file: join(folder, "missing", "store.db") }), {
		instanceOf: StoreUnavailable,
	});
	const file = join(folder, "newer.db");
	const database = new DatabaseSync(file);
	database.exec("PRAGMA user_version = 99");
	database.close();
	await t.throwsAsync(openSqliteStore({ ...options, file }), {
		message: /was written by a newer version of Causeway \(format 99;/,
	});
});

test("a file with the first layout is migrated to the current one, with all owed events", async (t) => {
	const { file, open } = await newDatabase(t);
	const old = await open();
	for (const [stream, pending] of [
		["s", ["bridge", "notify"]],
		["t", []],
		["s", []],
		["t", ["bridge"]],
	] as const)
		await old.append(post(stream, "x", { pending }), { folds });
	await old.close();
	const database = new DatabaseSync(file);
	database.exec(`
		DROP INDEX log_request_until;
		ALTER TABLE log DROP COLUMN request_until;
		DROP TABLE owing;
		CREATE TABLE owing (row INTEGER PRIMARY KEY, due INTEGER NOT NULL, pending TEXT NOT NULL) STRICT;
		CREATE INDEX owing_due ON owing (due);
		INSERT INTO owing VALUES (1, 1000, '["bridge","notify"]'), (4, 9000000000000, '["bridge"]');
		PRAGMA user_version = 1;
	`);
	database.close();
	for (let attempt = 0; attempt < 2; attempt++) {
		const store = await open();
		t.deepEqual(await store.owedStreams("bridge", { limit: 9 }), ["s", "t"]);
		t.deepEqual(await store.owedStreams("notify", { limit: 9 }), ["s"]);
		t.deepEqual(
			(await store.owed("bridge", "t", { limit: 9 })).map(({ id, pending }) => [id, pending]),
			[["t/2", ["bridge"]]],
		);
		t.deepEqual((await store.event("s/1"))?.pending, ["bridge", "notify"]);
		await store.close();
	}
});

test("the request keys of a file with the second layout are free a day after their requests, other keys never", async (t) => {
	const { file, open } = await newDatabase(t);
	const clock = { time: 1_800_000_000_000, now: () => clock.time };
	const old = await open({ clock });
	for (const request of ["idem:usr_jane:POST /x:k", "matrix:$event"])
		await old.append(post("s", "x", { request }), { folds });
	await old.close();
	const database = new DatabaseSync(file);
	database.exec(`
		DROP INDEX log_request_until;
		ALTER TABLE log DROP COLUMN request_until;
		PRAGMA user_version = 2;
	`);
	database.close();
	const store = await open({ clock });
	const isTaken = async (key: string) => (await store.eventBy("request", key)) !== undefined;
	t.true(await isTaken("idem:usr_jane:POST /x:k"));
	clock.time += 86_400_000;
	t.false(await isTaken("idem:usr_jane:POST /x:k"));
	t.is(await store.forgetRequests(10), 1);
	t.true(await isTaken("matrix:$event"));
});

test("a file with a newer layout is rejected", async (t) => {
	const { file, open } = await newDatabase(t);
	await (await open()).close();
	const database = new DatabaseSync(file);
	database.exec("PRAGMA user_version = 99");
	database.close();
	await t.throwsAsync(open(), { message: /was written by a newer version of Causeway \(format 99;/ });
});
