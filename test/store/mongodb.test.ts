import { randomUUID } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { MongoClient } from "mongodb";
import { systemClock } from "../../src/core/clock.ts";
import { noFailPoints } from "../../src/core/ports/fail-points.ts";
import { type FoldsOf, StoreUnavailable } from "../../src/core/ports/store.ts";
import { openMongoStore } from "../../src/store/mongodb/index.ts";
import { type OpenOptions, storeContract } from "../contracts/store.ts";
import { collections, folds, messages, notes, post, tallies } from "../contracts/store-collections.ts";
import { type MongoPeer, startMongo } from "../peers/mongodb.ts";
import { appendUntilKilled, checkLedger } from "./kills.ts";
import { startProxy } from "./mongo-proxy.ts";

let peer: MongoPeer;
let client: MongoClient;

test.before(async () => {
	peer = await startMongo();
	client = await MongoClient.connect(peer.url);
});
test.after.always(async () => {
	await client?.close();
	await peer?.stop();
});

const options = (database: string) => ({
	url: peer.url,
	database,
	collections,
	failPoints: noFailPoints,
	clock: systemClock,
});

function newDatabase(t: ExecutionContext): string {
	const database = `test-${randomUUID().slice(0, 18)}`;
	t.teardown(() => client.db(database).dropDatabase());
	return database;
}

async function opened(t: ExecutionContext, database: string, changes: OpenOptions = {}) {
	const store = await openMongoStore({ ...options(database), ...changes });
	t.teardown(() => store.close());
	return store;
}

function failAfterCommit(name: string): void {
	if (name === "store:after-commit") throw new Error("the process ends here");
}

storeContract("mongodb", async (t) => {
	const database = newDatabase(t);
	return { open: (changes) => opened(t, database, changes) };
});

test("the request keys of an earlier version are free a day after their requests, other keys never", async (t) => {
	const database = newDatabase(t);
	const clock = { time: 1_800_000_000_000, now: () => clock.time };
	const old = await opened(t, database, { clock });
	for (const request of ["idem:usr_jane:POST /x:k", "matrix:$event"])
		await old.append(post("s", "x", { request }), { folds });
	await client.db(database).collection("log").dropIndex("requestUntil");
	const store = await opened(t, database, { clock });
	const isTaken = async (key: string) => (await store.eventBy("request", key)) !== undefined;
	t.true(await isTaken("idem:usr_jane:POST /x:k"));
	clock.time += 86_400_000;
	t.false(await isTaken("idem:usr_jane:POST /x:k"));
	t.is(await store.forgetRequests(10), 1);
	t.true(await isTaken("matrix:$event"));
});

test("a process killed at any point loses no acknowledged event, and its unfolded events are folded later", async (t) => {
	const database = newDatabase(t);
	const ledger = new Map<string, string>();
	const ends = [["store:before-commit", "3"], ["store:after-commit", "4"], [], ["store:after-commit", "1"], []];
	for (const [n, end] of ends.entries()) {
		const args = ["mongodb", peer.url, database, `w${n}`, ...end];
		for (const entry of await appendUntilKilled(args, 100)) ledger.set(...entry);
	}
	const store = await opened(t, database);
	await store.catchUp(folds);
	t.true(ledger.size > 100);
	await checkLedger(t, store, ledger);
});

test("three processes that append to one stream and are killed lose no acknowledged event", async (t) => {
	const database = newDatabase(t);
	const store = await opened(t, database);
	const writers = ["a", "b", "c"].map((writer) => appendUntilKilled(["mongodb", peer.url, database, writer], 60));
	const ledger = new Map<string, string>();
	for (const entries of await Promise.all(writers)) for (const entry of entries) ledger.set(...entry);
	await store.catchUp(folds);
	t.true(ledger.size >= 180);
	await checkLedger(t, store, ledger);
});

test("events that a process left unfolded are folded when owed events are read", async (t) => {
	const database = newDatabase(t);
	const crashing = await opened(t, database, { failPoints: { hit: failAfterCommit } });
	await t.throwsAsync(crashing.append(post("s", "left", { pending: ["bridge"] }), { folds }));
	const other = await opened(t, database);
	await other.append(post("t", "elsewhere"), { folds });
	t.is(await other.get(messages, "s/1"), undefined);
	t.deepEqual(
		(await other.owed("bridge", "s", { limit: 10 })).map(({ id }) => id),
		["s/1"],
	);
	t.is((await other.get(messages, "s/1"))?.doc.text, "left");
});

test("an erasure that a process left undone is done by the process that folds the event", async (t) => {
	const database = newDatabase(t);
	let armed = false;
	const hit = (name: string) => (armed ? failAfterCommit(name) : undefined);
	const crashing = await opened(t, database, { failPoints: { hit } });
	await crashing.append(post("s", "secret"), { folds });
	armed = true;
	const deletion = {
		...post("s", ""),
		body: { kind: "delete", of: 1 },
		erases: [{ seq: 1, body: { kind: "erased" } }],
	};
	await t.throwsAsync(crashing.append(deletion, { folds }));
	const other = await opened(t, database);
	await other.catchUp(folds);
	t.deepEqual((await other.event("s/1"))?.body, { kind: "erased" });
	t.is((await other.get(messages, "s/1"))?.doc.text, null);
});

test("an event is folded once, even by a process with an outdated position", async (t) => {
	const database = newDatabase(t);
	const store = await opened(t, database);
	await Promise.all(Array.from({ length: 5 }, (_, n) => store.append(post("s", String(n)), { folds })));
	const before = await store.get(tallies, "s");
	await client
		.db(database)
		.collection<{ _id: string }>("streams")
		.updateOne({ _id: "s" }, { $set: { applied: 0 } });
	const other = await opened(t, database);
	await other.catchUp(folds);
	t.deepEqual(await other.get(tallies, "s"), before);
	await other.append(post("s", "next"), { folds });
	t.deepEqual((await other.get(tallies, "s"))?.doc.seqs, [1, 2, 3, 4, 5, 6]);
});

test("a document that can't be folded is logged, and its stream continues", async (t) => {
	const reports: object[] = [];
	const logger = { error: (details: object) => void reports.push(details) };
	const database = newDatabase(t);
	const store = await openMongoStore({ ...options(database), logger });
	t.teardown(() => store.close());
	await store.insert(notes, "n1", { owner: "o", rank: 1, handle: "taken" });
	const clashing: FoldsOf = (event) => [
		...folds(event),
		{ collection: notes, id: "n2", fresh: true, next: () => ({ owner: "o", rank: 2, handle: "taken" }) },
	];
	t.like(await store.append(post("s", "1"), { folds: clashing }), { outcome: "appended" });
	t.like(await store.append(post("s", "2"), { folds }), { outcome: "appended", event: { seq: 2 } });
	t.deepEqual(reports, [{ collection: "notes", index: "handle", id: "n2" }]);
	t.deepEqual((await store.get(tallies, "s"))?.doc.seqs, [1, 2]);
});

test("an append whose response is lost is stored once and reported as appended", async (t) => {
	const { hostname, port } = new URL(peer.url);
	const proxy = await startProxy(hostname, Number(port));
	t.teardown(() => proxy.stop());
	const database = newDatabase(t);
	const url = `mongodb://127.0.0.1:${proxy.port}`;
	let lose = false;
	const hit = (name: string) => {
		if (name === "store:before-commit" && lose) proxy.loseNextAnswer();
		lose = false;
	};
	const store = await openMongoStore({ ...options(database), url, failPoints: { hit } });
	t.teardown(() => store.close());
	await store.append(post("s", "1"), { folds });
	lose = true;
	const outcomes = await Promise.all(["2", "3"].map((text) => store.append(post("s", text), { folds })));
	t.is(proxy.lost, 1);
	t.deepEqual(
		outcomes.map(({ outcome }) => outcome),
		["appended", "appended"],
	);
	t.deepEqual(
		(await store.events("s", 0, 10)).map(({ body }) => (body as { text: string }).text),
		["1", "2", "3"],
	);
	t.deepEqual((await store.get(tallies, "s"))?.doc.seqs, [1, 2, 3]);
});

test("while the server is unreachable, calls are rejected; afterwards they succeed again", async (t) => {
	const { hostname, port } = new URL(peer.url);
	const proxy = await startProxy(hostname, Number(port));
	t.teardown(() => proxy.stop());
	const store = await openMongoStore({ ...options(newDatabase(t)), url: `mongodb://127.0.0.1:${proxy.port}` });
	t.teardown(() => store.close());
	await store.append(post("s", "1"), { folds });
	proxy.refuse(true);
	const refused = { instanceOf: StoreUnavailable };
	await Promise.all([
		t.throwsAsync(store.append(post("s", "2"), { folds }), refused),
		t.throwsAsync(store.get(messages, "s/1"), refused),
		t.throwsAsync(store.insert(notes, "n1", { owner: "o", rank: 1, handle: "h" }), refused),
	]);
	proxy.refuse(false);
	t.like(await store.append(post("s", "3"), { folds }), { outcome: "appended", event: { seq: 2 } });
	proxy.refuse(true);
	const missing = { ...options("x"), url: `mongodb://127.0.0.1:${proxy.port}` };
	await t.throwsAsync(openMongoStore(missing), refused);
});

test("owed events of an older version are migrated, also after an interrupted upgrade", async (t) => {
	const database = newDatabase(t);
	const old = await opened(t, database);
	await old.append(post("s", "x", { pending: ["bridge", "notify"] }), { folds });
	await old.append(post("s", "y"), { folds });
	await old.append(post("t", "z", { pending: ["bridge"] }), { folds });
	await old.close();
	const log = client.db(database).collection<{ _id: string; owed?: number }>("log");
	await log.updateMany(
		{ owedStream: { $exists: true } },
		{ $unset: { owedStream: "", owedSeq: "" }, $set: { owed: 7 } },
	);
	await log.dropIndex("owed");
	await log.createIndex({ owed: 1, _id: 1 }, { name: "owed" });
	// One of the two events has been migrated, and then the process ended.
	await log.updateOne({ _id: "s/1" }, { $unset: { owed: "" }, $set: { owedStream: "s", owedSeq: 1 } } as never);
	const store = await opened(t, database);
	t.deepEqual(await store.owedStreams("bridge", { limit: 9 }), ["s", "t"]);
	t.deepEqual(
		(await store.owed("notify", "s", { limit: 9 })).map(({ id }) => id),
		["s/1"],
	);
	t.is(await log.countDocuments({ owed: { $exists: true } }), 0);
});
