/**
 * A process on a slow disk (`support/slow-disk.ts`) that runs one scenario with a store and prints what it saw:
 * `node flushing-process.ts <scenario> <file>`. Every scenario decides itself when a flush ends.
 */
import { readdirSync, writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../src/core/clock.ts";
import { noFailPoints } from "../../src/core/ports/fail-points.ts";
import type { Store } from "../../src/core/ports/store.ts";
import { checkpointAt } from "../../src/store/sqlite/database.ts";
import { openSqliteStore, type SqliteStoreOptions } from "../../src/store/sqlite/index.ts";
import { collections, folds, messages, notes, post } from "../contracts/store-collections.ts";
import { slowDiskOf } from "../support/slow-disk.ts";
import { until } from "../support/wait.ts";

const disk = slowDiskOf(process.env as never);
const [scenario = "", file = ""] = process.argv.slice(2);
const open = (more: Partial<SqliteStoreOptions> = {}): Promise<Store> =>
	openSqliteStore({ file, collections, failPoints: noFailPoints, clock: systemClock, ...more });
const append = (store: Store, text: string) =>
	store.append(post("s", text, { natural: text, pending: ["bridge"] }), { folds });
const note = (n: number) => ({ owner: "o", rank: n, handle: `h${n}` });

/** Whether a promise has settled, and how. */
function watch(promise: Promise<unknown>): { state: string } {
	const watched = { state: "waiting" };
	promise.then(
		() => (watched.state = "done"),
		(error: unknown) => (watched.state = (error as Error).name),
	);
	return watched;
}

/** The events in the file, durable or not. */
function committed(): number {
	const database = new DatabaseSync(file, { readOnly: true });
	const { n } = database.prepare("SELECT count(*) AS n FROM log").get() as { n: number };
	database.close();
	return n;
}

/** Everything that readers get to know about the stream. */
const seen = async (store: Store) => ({
	head: await store.head("s"),
	events: (await store.events("s", 0, 10)).length,
	event: (await store.event("s/2")) !== undefined,
	byKey: (await store.eventBy("natural", "second")) !== undefined,
	owed: (await store.owed("bridge", "s", { limit: 10 })).length,
	message: (await store.get(messages, "s/2")) !== undefined,
	notes: await store.count(notes, "ranking", ["o"]),
	page: (await store.page(notes, { index: "ranking", prefix: ["o"], order: "asc", limit: 10 })).length,
});

const scenarios: Readonly<Record<string, () => Promise<unknown>>> = {
	async "reads during a flush"() {
		const store = await open();
		await Promise.all([append(store, "first"), store.insert(notes, "n1", note(1))]);
		disk.hold();
		const writes = Promise.all([append(store, "second"), store.insert(notes, "n2", note(2))]);
		const watched = watch(writes);
		await until("the event is committed", () => committed() === 2);
		for (let n = 0; n < 100; n++) await store.get(notes, "n1");
		const during = { ...(await seen(store)), write: watched.state };
		disk.set(0);
		await writes;
		const after = { ...(await seen(store)), write: watched.state };
		await store.close();
		return { during, after };
	},

	async "writes during a flush"() {
		let commits = 0;
		const store = await open({ failPoints: { hit: (name) => void (name === "store:before-commit" && commits++) } });
		disk.hold();
		const first = append(store, "first");
		await until("the first is committed", () => committed() === 1);
		const others = Array.from({ length: 100 }, (_, n) => append(store, `other ${n}`));
		for (let n = 0; n < 100; n++) await store.head("s");
		const during = { commits, committed: committed() };
		disk.set(0);
		await Promise.all([first, ...others]);
		await store.close();
		return { during, after: { commits, committed: committed() } };
	},

	async "a flush fails"() {
		const store = await open();
		await append(store, "first");
		disk.set(0, 5);
		const second = watch(append(store, "second"));
		await until("it is rejected", () => second.state !== "waiting");
		const third = watch(append(store, "third"));
		await until("it is rejected", () => third.state !== "waiting");
		const broken = { second: second.state, third: third.state, head: await store.head("s") };
		disk.set(0);
		const again = [(await append(store, "second")).outcome, (await append(store, "third")).outcome];
		const mended = { again, head: await store.head("s") };
		await store.close();
		return { broken, mended };
	},

	async "a commit that changes nothing"() {
		const store = await open();
		await append(store, "first");
		disk.hold();
		const { outcome } = await append(store, "first");
		disk.set(0);
		await store.close();
		return outcome;
	},

	async "a checkpoint"() {
		const store = await open();
		const state = new DatabaseSync(file).prepare("PRAGMA wal_checkpoint(NOOP)");
		const pages = (which: "log" | "checkpointed"): number => Number(state.get()?.[which]);
		const text = "x".repeat(300_000);
		let n = 0;
		const grow = () => store.append(post("s", `${n++}${text}`), { folds: () => [] });
		while (pages("log") < checkpointAt) await grow();
		// The thread has only been started, and waits for the disk as soon as it runs.
		disk.hold();
		const write = watch(append(store, "while the thread waits"));
		await until("the write is committed", () => committed() === n + 1);
		for (let i = 0; i < 100; i++) await store.head("s");
		const during = { head: (await store.head("s")) === n, write: write.state, isDone: pages("checkpointed") > 0 };
		disk.set(0);
		await until("the write is done", () => write.state === "done");
		while (pages("log") >= checkpointAt / 2) await grow();
		await store.close();
		return during;
	},

	async "the thread of a checkpoint dies"() {
		const store = await open();
		const state = new DatabaseSync(file).prepare("PRAGMA wal_checkpoint(NOOP)");
		const pages = (): number => Number(state.get()?.["log"]);
		const threads = (): number => readdirSync("/proc/self/task").length;
		const text = "x".repeat(300_000);
		let n = 0;
		const grow = () => store.append(post("s", `${n++}${text}`), { folds: () => [] });
		await grow();
		const before = threads();
		while (pages() < checkpointAt) await grow();
		// Its first flush fails, and it has no one to tell.
		disk.set(0, 5);
		const started = threads() > before;
		await until("the thread has ended", () => threads() === before);
		disk.set(0);
		while (pages() >= checkpointAt / 2) await grow();
		const complete = (await store.head("s")) === n;
		await store.close();
		return { started, complete };
	},
};

writeSync(1, JSON.stringify(await scenarios[scenario]?.()));
