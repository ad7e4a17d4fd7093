import test, { type ExecutionContext } from "ava";
import {
	type AdmissionOptions,
	createAdmission,
	type Pass,
	type RefusalReason,
} from "../../../src/http/base/admission.ts";
import { type BudgetName, budgetNames } from "../../../src/http/base/limits.ts";
import { until } from "../../support/wait.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An admission, and requests whose end the test decides. */
function open(t: ExecutionContext, requests = 2, options: Partial<AdmissionOptions> = {}) {
	const each = Object.fromEntries(budgetNames.map((name) => [name, requests])) as Record<BudgetName, number>;
	const admission = createAdmission({ requests: each, waitMs: 60_000, ...options });
	t.teardown(() => admission.close());

	const started: string[] = [];
	function submit(budget: BudgetName, name: string = budget, run: (pass: Pass) => void = () => {}) {
		const done = Promise.withResolvers<void>();
		const request = {
			isWanted: true,
			refused: undefined as RefusalReason | undefined,
			pass: undefined as Pass | undefined,
			end: done.resolve,
		};
		admission.submit(budget, {
			isWanted: () => request.isWanted,
			run(pass) {
				started.push(name);
				request.pass = pass;
				run(pass);
				return done.promise;
			},
			refuse: (reason) => (request.refused = reason),
		});
		return request;
	}
	return { admission, submit, started };
}

/** Occupies the event loop. */
function work(ms: number): void {
	const end = performance.now() + ms;
	while (performance.now() < end);
}

test("requests within the budget are started at once, and four times as many wait in order", async (t) => {
	const { admission, submit, started } = open(t);
	const requests = Array.from({ length: 11 }, (_, i) => submit("api", String(i)));
	t.deepEqual(started, ["0", "1"]);
	t.deepEqual(
		requests.map(({ refused }) => refused),
		[...Array.from({ length: 10 }, () => undefined), "full"],
	);
	t.deepEqual(admission.stateOf("api"), { underWay: 2, waiting: 8, refused: { full: 1, late: 0 } });
	for (const [i, { end }] of requests.slice(0, 10).entries()) {
		await until(`request ${i} to start`, () => started.includes(String(i)));
		end();
	}
	t.deepEqual(started, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
	await until("all of them to end", () => admission.stateOf("api").underWay === 0);
});

test("a flood at one door takes no place from the others", async (t) => {
	const { admission, submit, started } = open(t);
	for (let i = 0; i < 100; i++) submit("inbox");
	for (const name of budgetNames.filter((other) => other !== "inbox")) submit(name);
	await until("the others to start", () => budgetNames.every((name) => started.includes(name)));
	t.is(admission.stateOf("inbox").refused.full, 90);
	for (const name of budgetNames) if (name !== "inbox") t.is(admission.stateOf(name).refused.full, 0, name);
});

test("between waiting requests the event loop goes on, and each kind gets its share of the time", async (t) => {
	const { submit, started } = open(t, 1000);
	for (let i = 0; i < 60; i++) submit("inbox", "inbox", () => work(4));
	for (let i = 0; i < 60; i++) submit("api", "api", () => work(1));
	let turns = 0;
	while (started.length < 120) {
		turns++;
		await turn();
	}
	t.true(turns >= 15, `300 ms of work took ${turns} turns`);
	const before = started.slice(0, started.lastIndexOf("api"));
	const ofInbox = before.filter((name) => name === "inbox").length;
	t.true(ofInbox < 40, `${ofInbox} slow requests were started before the last fast one`);
});

test("a request that waits for its client, or for longer than work takes, leaves its place to others", async (t) => {
	let time = 0;
	const { admission, submit, started } = open(t, 1, { now: () => time });
	const slow = submit("api", "slow client");
	const comeBack = slow.pass?.stepAside();
	submit("api", "second");
	t.deepEqual(started, ["slow client", "second"]);
	comeBack?.();
	t.is(admission.stateOf("api").underWay, 2);
	submit("api", "third");
	t.is(admission.stateOf("api").waiting, 1);
	time += 1001;
	await until("the third request to start", () => started.includes("third"));
	slow.end();
	await turn();
	comeBack?.();
	t.is(admission.stateOf("api").underWay, 1, "one that has ended doesn't come back");
});

test("a burst is answered whole, although the last of it waits for longer than the limit", async (t) => {
	let time = 0;
	const { submit, started } = open(t, 1, { waitMs: 500, now: () => time });
	const first = submit("api", "first");
	const last = submit("api", "last");
	time = 900;
	first.end();
	await until("the last request to start", () => started.includes("last"));
	t.is(last.refused, undefined);
});

test("what has waited too long in a standing queue is refused, and what nobody waits for is dropped", async (t) => {
	let time = 0;
	const { submit, started, admission } = open(t, 1, { waitMs: 500, now: () => time });
	const busy = submit("api", "busy");
	const old = submit("api", "old");
	const left = submit("api", "left");
	time = 600;
	const fresh = submit("api", "fresh");
	left.isWanted = false;
	time = 1001;
	busy.end();
	await until("the newest request to start", () => started.includes("fresh"));
	t.is(old.refused, "late");
	t.is(fresh.refused, undefined);
	t.false(started.includes("left"));
	t.is(left.refused, undefined);
	t.deepEqual(admission.stateOf("api").refused, { full: 0, late: 1 });
});

test("while the event loop stays late, only a few may wait", async (t) => {
	const { submit } = open(t, 16, { waitMs: 100 });
	await until("a request to be refused at once", async () => {
		work(120);
		await new Promise((resolve) => setTimeout(resolve));
		return Array.from({ length: 20 }, () => submit("api")).some(({ refused }) => refused === "late");
	});
	t.is(submit("pages").refused, undefined);
});

test("while connections arrive, requests wait for a moment, and not for longer", async (t) => {
	const { admission, submit, started } = open(t);
	admission.connected();
	submit("api");
	t.deepEqual(started, []);
	await until("the request to start, although connections keep arriving", async () => {
		admission.connected();
		await turn();
		return started.length > 0;
	});
	t.deepEqual(started, ["api"]);
});
