import { randomUUID } from "node:crypto";
import test from "ava";
import { until } from "../support/wait.ts";
import { openFederation } from "./federation.ts";
import { janeIn } from "./people.ts";
import { fediverseSide, providerSide, repeats, textOf } from "./views.ts";

/** The time within which a provider must stop (design §6). */
const graceMs = 10_000;

test("a provider stopped under load exits with code 0 in time, keeps what it acknowledged, and its streams end and resume", async (t) => {
	await using federation = await openFederation();
	const { provider, jane, timeline, second } = federation;
	const headers = { authorization: `Bearer ${jane.token}`, accept: "text/event-stream" };
	const stream = await fetch(`${provider.origin}/api/events`, { headers });
	t.is(stream.status, 200);
	let received = "";
	const listening = (async () => {
		for await (const chunk of stream.body ?? []) received += Buffer.from(chunk).toString("utf8");
	})();

	// Requests are in flight at every moment, and none is repeated.
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
	// Deliveries in flight to a slow host arrive, and are not repeated after the start.
	second.behaviour = { kind: "slow", ms: 1_000 };
	const asked = second.ledger.length;
	await until("a delivery is in flight", () => second.ledger.length > asked);
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
	await t.notThrowsAsync(listening, "the stream ended regularly");

	second.behaviour = { kind: "ok" };
	await provider.restart();
	const { view, duplicates } = await providerSide(jane, timeline.messages);
	t.deepEqual(
		acknowledged.filter((name) => !view.has(name)),
		[],
	);
	t.deepEqual(duplicates, []);
	await until("the fediverse has everything", () => {
		const { view: delivered } = fediverseSide(second.ledger, timeline.actor);
		return [...view.keys()].every((name) => delivered.has(name));
	});
	t.deepEqual(fediverseSide(second.ledger, timeline.actor).duplicates, []);
	t.is(repeats(second.ledger), 0);

	// Resuming from the last received id misses and repeats nothing.
	const lastId = [...received.matchAll(/^id: ?(.+)$/gm)].at(-1)?.[1] ?? "";
	const receivedNames = [...received.matchAll(/\b(m\d+) v1\b/g)].map(([, name]) => name);
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
	t.deepEqual([...receivedNames, ...restNames].toSorted(), [...view.keys(), "m9999"].toSorted());
});

test("a provider that stops while a host hangs does not wait for it, and repeats the same delivery after the start", async (t) => {
	await using federation = await openFederation();
	const { provider, timeline, second } = federation;
	second.behaviour = { kind: "hang" };
	await janeIn(federation, timeline).post("m1");
	const creates = () => second.ledger.filter(({ type }) => type === "Create");
	await until("the delivery was attempted", () => creates().length === 1);
	const since = performance.now();
	t.is(await provider.stop(), 0);
	t.true(performance.now() - since <= graceMs);
	second.behaviour = { kind: "ok" };
	await provider.restart();
	await until("it is sent again", () => creates().length === 2);
	t.is(new Set(creates().map(({ id }) => id)).size, 1);
});
