import { randomUUID } from "node:crypto";
import test from "ava";
import { until } from "../support/wait.ts";
import { janeIn } from "./people.ts";
import { openTown } from "./town.ts";
import { fediverseSide, providerSide, repeats, textOf } from "./views.ts";

/** What the contract gives a provider to come to rest (design §6). */
const graceMs = 10_000;

test("asked to stop under load it ends within its time with code 0; what it acknowledged is there, streams end and resume", async (t) => {
	await using town = await openTown();
	const { provider, jane, timeline, second } = town;
	const headers = { authorization: `Bearer ${jane.token}`, accept: "text/event-stream" };
	const stream = await fetch(`${provider.origin}/api/events`, { headers });
	t.is(stream.status, 200);
	let heard = "";
	const listening = (async () => {
		for await (const chunk of stream.body ?? []) heard += Buffer.from(chunk).toString("utf8");
	})();

	// Some are on their way at every moment; nobody sends one again.
	const acknowledged: string[] = [];
	const refused: (number | undefined)[] = [];
	let serial = 0;
	let stopping = false;
	const writers = Array.from({ length: 6 }, async () => {
		while (!stopping || serial < 40) {
			const name = `m${++serial}`;
			const body = { type: "memo", content: { text: textOf(name) } };
			const answer = await jane
				.answer("POST", timeline.messages, body, { "Idempotency-Key": randomUUID() })
				.catch(() => undefined);
			if (answer?.status === 201) acknowledged.push(name);
			else refused.push(answer?.status);
			if (answer === undefined) return;
		}
	});
	await until("there is load", () => acknowledged.length >= 30);
	// What is on its way to a slow host arrives, and is not sent again after the start.
	second.behaviour = { kind: "slow", ms: 1_000 };
	const asked = second.ledger.length;
	await until("something is on its way", () => second.ledger.length > asked);
	const since = performance.now();
	const code = await provider.stop();
	const took = performance.now() - since;
	stopping = true;
	await Promise.all(writers);
	t.is(code, 0);
	t.true(took <= graceMs, `it took ${took} ms`);
	t.log(`stopped in ${Math.round(took)} ms; ${acknowledged.length} acknowledged, ${refused.length} refused`);
	t.deepEqual(
		refused.filter((status) => status !== undefined && status !== 503),
		[],
	);
	await t.notThrowsAsync(listening, "the stream has ended, it was not cut");

	second.behaviour = { kind: "ok" };
	await provider.restart();
	const { view, doubled } = await providerSide(jane, timeline.messages);
	t.deepEqual(
		acknowledged.filter((name) => !view.has(name)),
		[],
	);
	t.deepEqual(doubled, []);
	await until("the fediverse has everything", () => {
		const { view: told } = fediverseSide(second.ledger, timeline.actor);
		return [...view.keys()].every((name) => told.has(name));
	});
	t.deepEqual(fediverseSide(second.ledger, timeline.actor).doubled, []);
	t.is(repeats(second.ledger), 0);

	// The last id that was heard is a place to go on from: nothing between is missed, nothing comes again.
	const lastId = [...heard.matchAll(/^id: ?(.+)$/gm)].at(-1)?.[1] ?? "";
	const heardNames = [...heard.matchAll(/\b(m\d+) v1\b/g)].map(([, name]) => name);
	const again = await fetch(`${provider.origin}/api/events`, { headers: { ...headers, "last-event-id": lastId } });
	let rest = "";
	const reader = (async () => {
		for await (const chunk of again.body ?? []) {
			rest += Buffer.from(chunk).toString("utf8");
			if (rest.includes("m9999 v1")) return;
		}
	})();
	await jane.call("POST", timeline.messages, { type: "memo", content: { text: textOf("m9999") } });
	await reader;
	const restNames = [...rest.matchAll(/\b(m\d+) v1\b/g)].map(([, name]) => name);
	t.deepEqual([...heardNames, ...restNames].toSorted(), [...view.keys(), "m9999"].toSorted());
});

test("asked to stop while a host keeps it waiting it does not wait for ever, and sends the same again after the start", async (t) => {
	await using town = await openTown();
	const { provider, timeline, second } = town;
	second.behaviour = { kind: "hang" };
	await janeIn(town, timeline).say("m1");
	const told = () => second.ledger.filter(({ type }) => type === "Create");
	await until("the host was asked", () => told().length === 1);
	const since = performance.now();
	t.is(await provider.stop(), 0);
	t.true(performance.now() - since <= graceMs);
	second.behaviour = { kind: "ok" };
	await provider.restart();
	await until("it is sent again", () => told().length === 2);
	t.is(new Set(told().map(({ id }) => id)).size, 1);
});
