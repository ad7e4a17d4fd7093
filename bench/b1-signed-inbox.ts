/**
 * B1: signed activities (`Create` of a 2.2 kB note in Mastodon's form), sent over 50 connections to the inbox of an account that
 * follows the senders. The senders' keys are cached, and the activities are signed before the clock starts. Causeway stores each
 * activity durably before the 202, and each memo is read in the home timeline afterwards. The floor is Koa with a digest check, an
 * RSA check and one durable row. The peer is Fedify with its stores in memory.
 */
import { api, installCauseway, newest } from "./causeway.ts";
import type { SignedInboxFloor } from "./floors/signed-inbox.ts";
import { openFolder } from "./folder.ts";
import type { InboxLoad } from "./load/inbox-load.ts";
import type { RemoteHost } from "./load/remote-host.ts";
import { whole } from "./options.ts";
import type { FedifyPeer } from "./peers/fedify.ts";
import { cpuEach, cpuRatio, type Figures, foreignCores, interleave, medianOf, quietness, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured } from "./usage.ts";
import { assertAll, markersOf, until } from "./verify.ts";
import { startWorker } from "./worker.ts";

const connections = 50;

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const items = whole(options, "items", 10_000);
	const peerItems = whole(options, "peeritems", 1_000);
	using folder = openFolder();
	await using remote = await startWorker<RemoteHost>("load/remote-host.ts");
	await using load = await startWorker<InboxLoad>("load/inbox-load.ts");
	await using floor = await startWorker<SignedInboxFloor>("floors/signed-inbox.ts");
	await using fedify = await startWorker<FedifyPeer>("peers/fedify.ts");
	const senders = await remote.call("open", 10);

	const causeway = await installCauseway(folder.path);
	await causeway.command("user", "add", "jane");
	const token = await causeway.command("token", "add", "jane");
	await using server = await causeway.serve();
	const jane = await api<{ actor: string }>(causeway, token, "GET", "/api/me");
	const mentioned = { id: jane.actor, address: `jane@localhost:${causeway.port}` };
	for (const { address } of senders) await api(causeway, token, "POST", "/api/me/follows", { actor: address });
	await until("the follows are accepted", async () => {
		const { items } = await api<{ items: { state: string }[] }>(causeway, token, "GET", "/api/me/follows");
		return items.every(({ state }) => state === "accepted");
	});

	const floorInbox = await floor.call(
		"open",
		folder.path,
		Object.fromEntries(senders.map(({ id, publicKeyPem }) => [`${id}#main-key`, publicKeyPem])),
	);
	const fedifyInbox = `${await fedify.call("open")}/users/jane/inbox`;

	/** Sends one round of activities. `visible` resolves when all of them can be read, and throws if some can't. */
	async function volley(
		pid: number,
		inbox: string,
		markers: readonly string[],
		visible: () => Promise<void>,
	): Promise<Figures> {
		await load.call("prepare", { senders, inbox, mentioned, markers });
		let answered = 0;
		const { value, seconds, cpu, foreign } = await measured(pid, async () => {
			const fired = await load.call("fire", connections);
			answered = fired.seconds;
			await visible();
			return fired;
		});
		if (value.statuses[202] !== markers.length) throw new Error(`${inbox} answered ${JSON.stringify(value.statuses)}`);
		return {
			"answered/s": markers.length / answered,
			"readable/s": markers.length / seconds,
			"p50 ms": value.p50,
			"p99 ms": value.p99,
			[cpuEach]: (cpu / markers.length) * 1000,
			[foreignCores]: foreign,
		};
	}

	const nothing = async (): Promise<void> => {};
	const sides: Side[] = [
		{
			name: "Causeway",
			async round(round) {
				const markers = markersOf("c", round, items);
				// The memos are readable at the 202, so this is a check that is not timed.
				const figures = await volley(server.pid, `${jane.actor}/inbox`, markers, nothing);
				const read = await newest(causeway, token, "/api/me/timeline", items);
				assertAll(
					markers,
					read.map(({ content }) => content.text),
				);
				return figures;
			},
		},
		{
			name: "floor",
			async round(round) {
				const markers = markersOf("f", round, items);
				const figures = await volley(floor.pid, floorInbox, markers, nothing);
				assertAll(markers, (await floor.call("bodies")).slice(-items));
				return figures;
			},
		},
		{
			name: "Fedify 2.3.6",
			async round(round) {
				const markers = markersOf("p", round, peerItems);
				return volley(fedify.pid, fedifyInbox, markers, async () => void (await fedify.call("handled", markers)));
			},
		},
	];
	for (const side of sides) await side.round(0);
	const fetchesBefore = await remote.call("fetches");
	const run = await interleave(sides, rounds);
	const { results } = run;
	const coldFetches = (await remote.call("fetches")) - fetchesBefore;

	const ratio = (figure: string, to: string): number =>
		medianOf(results, "Causeway", figure) / medianOf(results, to, figure);
	return {
		about: `Signed activities per second over ${connections} connections: ${items} a round, ${peerItems} for the peer, from 10 senders whose keys are cached (${coldFetches} keys were fetched during the rounds).`,
		rounds,
		results,
		goals: [
			{ what: "× Fedify, answered", value: ratio("answered/s", "Fedify 2.3.6"), goal: { atLeast: 10 } },
			{ what: "× Fedify, readable", value: ratio("readable/s", "Fedify 2.3.6"), goal: { atLeast: 10 } },
			{ what: "× floor", value: ratio("answered/s", "floor"), goal: { atLeast: 0.5 } },
			{ what: "p99 × floor", value: ratio("p99 ms", "floor"), goal: { atMost: 3 } },
		],
		notes: [
			quietness(run),
			cpuRatio(results, "Causeway", "floor"),
			cpuRatio(results, "Fedify 2.3.6", "Causeway"),
			"After every round, every memo was read in GET /api/me/timeline and its content compared. Fedify keeps its activities in memory; its round ends when its listener has handled all of them.",
		],
	};
};
export default benchmark;
