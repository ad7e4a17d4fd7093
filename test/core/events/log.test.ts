import test, { type ExecutionContext } from "ava";
import { collections } from "#core/catalogue/collections.ts";
import { consumers } from "#core/catalogue/consumers.ts";
import { createLog } from "#core/events/log.ts";
import type { Premise } from "#core/events/premise.ts";
import { messages } from "#core/messages/message.ts";
import type { Message } from "#core/model/message.ts";
import { noFailPoints } from "#core/ports/fail-points.ts";
import type { Fold, LogEvent } from "#core/ports/store.ts";
import { createEmbeddedBus } from "../../../src/bus/embedded.ts";
import { openSqliteStore } from "../../../src/store/sqlite/index.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** A log on a store of its own, whose events count themselves in the document of their stream. */
async function openLog(t: ExecutionContext) {
	const store = await openSqliteStore({
		file: `${await temporaryFolder(t)}/log.db`,
		collections,
		failPoints: noFailPoints,
		clock: { now: () => 5 },
	});
	t.teardown(() => store.close());
	const bus = createEmbeddedBus();
	const published: string[] = [];
	bus.subscribe((stream, seq) => void published.push(`${stream}/${seq}`));
	const owed: (readonly [string, readonly string[]])[] = [];
	const folds = ({ stream, seq }: LogEvent): readonly Fold[] => [
		{
			collection: messages,
			id: stream,
			next: (now?: Partial<Message>) => ({ ...now, channel: stream, at: 1, seq, author: "usr_x" }),
		},
	];
	const log = createLog({
		store,
		bus,
		folds,
		consumers,
		onOwed: (stream, markers) => void owed.push([stream, markers]),
	});
	const leave = (stream: string, more: object = {}) =>
		({
			stream,
			type: "message.deleted",
			actor: "usr_x",
			body: { message: "msg_x" as Message["id"] },
			...more,
		}) as const;
	return { store, log, published, owed, leave };
}

const atSeq = (seq: number): Premise<Message> => ({
	collection: messages,
	id: "chn_s",
	holds: (doc) => (doc?.seq ?? 0) === seq,
});

test("an appended event carries the markers of the consumers that handle its type, and they are woken", async (t) => {
	const { log, owed, published, leave, store } = await openLog(t);
	await log.append(leave("chn_s"));
	t.deepEqual(owed, [["chn_s", ["bridge"]]]);
	t.deepEqual(published, ["chn_s/1"]);
	t.deepEqual((await store.event("chn_s/1"))?.pending, ["bridge"]);
});

test("a consumer that an event leaves out is neither marked nor woken", async (t) => {
	const { log, owed, published, leave, store } = await openLog(t);
	await log.append(leave("chn_s", { without: ["bridge"] }));
	t.deepEqual(owed, []);
	t.deepEqual((await store.event("chn_s/1"))?.pending, []);
	t.deepEqual(published, ["chn_s/1"]);
});

test("nothing is published or owed for an append that stores nothing", async (t) => {
	const { log, owed, published, leave } = await openLog(t);
	await log.append(leave("chn_s", { natural: "once" }));
	t.like(await log.append(leave("chn_s", { natural: "once" })), { outcome: "duplicate", by: "natural" });
	t.like(await log.append(leave("chn_s"), { after: 7 }), { outcome: "moved" });
	t.like(await log.append(leave("chn_s"), { premises: [atSeq(7)] }), { outcome: "moved" });
	t.is(owed.length, 1);
	t.deepEqual(published, ["chn_s/1"]);
});

test("an append whose premises hold is stored, wherever its stream has moved in what they don't name", async (t) => {
	const { log, leave } = await openLog(t);
	await log.append(leave("chn_s"));
	await Promise.all(Array.from({ length: 20 }, () => log.append(leave("chn_other"))));
	t.is((await log.append(leave("chn_other"), { premises: [atSeq(1)] })).outcome, "appended");
	t.is((await log.append(leave("chn_s"), { premises: [atSeq(1)] })).outcome, "appended");
	t.is((await log.append(leave("chn_s"), { premises: [atSeq(1)] })).outcome, "moved");
	t.is((await log.append(leave("chn_s"), { premises: [atSeq(2), atSeq(1)] })).outcome, "moved");
});

test("of many appends with one premise, one is stored, and the appends beside them are all stored", async (t) => {
	const { log, leave, store } = await openLog(t);
	const outcomes = await Promise.all(
		Array.from({ length: 40 }, (_, n) =>
			n % 2 === 0 ? log.append(leave("chn_s"), { premises: [atSeq(0)] }) : log.append(leave("chn_other")),
		),
	);
	t.is(outcomes.filter(({ outcome }) => outcome === "appended").length, 21);
	t.is(outcomes.filter(({ outcome }) => outcome === "moved").length, 19);
	t.is(await store.head("chn_s"), 1);
	t.is(await store.head("chn_other"), 20);
});

test("a repeated request is a duplicate, although its premise held only the first time", async (t) => {
	const { log, leave } = await openLog(t);
	const draft = leave("chn_s", { request: "the request" });
	t.is((await log.append(draft, { premises: [atSeq(0)] })).outcome, "appended");
	t.like(await log.append(draft, { premises: [atSeq(0)] }), { outcome: "duplicate", by: "request" });
});

test("an error of a fold that is no premise rejects the append", async (t) => {
	const broken: Premise = {
		collection: messages,
		id: "msg_x",
		holds() {
			throw new Error("a mistake in the program");
		},
	};
	const { log, leave, store } = await openLog(t);
	await t.throwsAsync(log.append(leave("chn_s"), { premises: [broken] }), { message: "a mistake in the program" });
	t.is(await store.head("chn_s"), 0);
});
