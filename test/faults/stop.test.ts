import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import test from "ava";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";
import { type Federation, openFederation } from "./federation.ts";
import { janeIn } from "./people.ts";
import { fediverseSide, providerSide, repeats, roomSide, textOf } from "./views.ts";

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

/** What keeps a server busy for longer than it may take to stop. Each resolves when it is under way. */
const hanging: Readonly<Record<string, (federation: Federation) => Promise<unknown>>> = {
	"uploads that never end": async ({ provider, jane, timeline }) => {
		for (let i = 0; i < 5; i++) {
			const socket = await connected(provider.origin);
			socket.write(
				`POST ${timeline.messages} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jane.token}\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"type":`,
			);
		}
	},
	"requests whose headers never end": async ({ provider }) => {
		for (let i = 0; i < 5; i++) (await connected(provider.origin)).write("GET /api/me HTTP/1.1\r\nHost: x\r\n");
	},
	"event streams that are never read": async ({ provider, jane }) => {
		for (let i = 0; i < 5; i++) {
			const socket = await connected(provider.origin);
			const head = once(socket, "data");
			socket.write(`GET /api/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${jane.token}\r\n\r\n`);
			await head;
			socket.pause();
		}
	},
	"a host that never answers": async (federation) => {
		const { second, timeline } = federation;
		second.behaviour = { kind: "hang" };
		const asked = second.ledger.length;
		await janeIn(federation, timeline).post("m1");
		await until("a delivery hangs", () => second.ledger.length > asked);
	},
	"a homeserver that never answers": async (federation) => {
		const { homeserver, timeline } = federation;
		homeserver.fault = () => "hang";
		const asked = homeserver.requests.length;
		await janeIn(federation, timeline).post("m2");
		await until("a request to the homeserver hangs", () => homeserver.requests.length > asked);
	},
};

async function connected(origin: string): Promise<Socket> {
	const { hostname, port } = new URL(origin);
	const socket = connect(Number(port), hostname);
	socket.on("error", () => {});
	await once(socket, "connect");
	return socket;
}

test("a server stops in time with code 0, whatever hangs, and then works off what was left", async (t) => {
	await using federation = await openFederation();
	const { provider, jane, timeline, second, homeserver } = federation;
	const working = homeserver.fault;
	for (const hang of Object.values(hanging)) await hang(federation);
	const since = performance.now();
	t.is(await provider.stop(), 0);
	const took = performance.now() - since;
	t.true(took <= graceMs, `it took ${took} ms`);
	t.log(`stopped in ${Math.round(took)} ms`);
	second.behaviour = { kind: "ok" };
	homeserver.fault = working;
	await provider.restart();
	const { view } = await providerSide(jane, timeline.messages);
	t.deepEqual([...view.keys()].toSorted(), ["m1", "m2"]);
	await until("the fediverse and the room have everything", () => {
		const sides = [fediverseSide(second.ledger, timeline.actor), roomSide(timeline.room.events)];
		return sides.every((side) => side.view.has("m1") && side.view.has("m2"));
	});
});

for (const [first, then] of [
	["SIGTERM", "SIGTERM"],
	["SIGINT", "SIGTERM"],
	["SIGTERM", "SIGINT"],
] as const)
	test(`a ${then} after a ${first} ends the server at once`, async (t) => {
		await using provider = await startProvider({ folder: await temporaryFolder(t) });
		const socket = await connected(provider.origin);
		socket.write(
			"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{",
		);
		await until("the request is there", async () => (await fetch(`${provider.origin}/healthz`)).status === 200);
		process.kill(provider.pid, first);
		await until(
			"it stops",
			async () => (await fetch(`${provider.origin}/healthz`).catch(() => undefined)) === undefined,
		);
		process.kill(provider.pid, then);
		t.is(await provider.ended, then);
	});
