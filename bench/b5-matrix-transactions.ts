/**
 * B5: transactions of the application service API, pushed one after the other as Synapse pushes them, with 100 events each and with
 * one. Causeway stores the events durably before the 200, and each message is read in the linked channel afterwards. The floor is
 * one SQLite transaction (synchronous=FULL) per request, with a row per event.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { installCauseway, newest } from "./causeway.ts";
import type { MatrixFloor } from "./floors/matrix-transactions.ts";
import { openFolder } from "./folder.ts";
import { linkChannel } from "./linked-room.ts";
import type { Homeserver } from "./load/homeserver.ts";
import { whole } from "./options.ts";
import { cpuEach, cpuRatio, type Figures, foreignCores, interleave, medianOf, quietness, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured } from "./usage.ts";
import { assertAll, markersOf } from "./verify.ts";
import { startWorker } from "./worker.ts";

const room = "!harbour:hs.test";

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	const sizes = [
		{ eventsEach: 100, events: whole(options, "events", 10_000) },
		{ eventsEach: 1, events: whole(options, "singles", 1_000) },
	];
	using folder = openFolder();
	await using homeserver = await startWorker<Homeserver>("load/homeserver.ts");
	await using floor = await startWorker<MatrixFloor>("floors/matrix-transactions.ts");
	const floorOrigin = await floor.call("open", folder.path);

	const registration = path.join(folder.path, "registration.yaml");
	const homeserverUrl = await homeserver.call("open");
	const causeway = await installCauseway(folder.path, {
		bridges: { matrix: { enabled: true, homeserverUrl, serverName: "hs.test", registration } },
	});
	await causeway.command("matrix", "registration", "--out", registration);
	const { hs_token: token } = parse(readFileSync(registration, "utf8")) as { hs_token: string };
	await causeway.command("user", "add", "jane");
	const jane = await causeway.command("token", "add", "jane");
	await using server = await causeway.serve();
	const { group, channel } = await linkChannel(causeway, jane, room);

	async function push(pid: number, origin: string, eventsEach: number, markers: readonly string[]): Promise<Figures> {
		await homeserver.call("prepare", { origin, token, room, eventsEach, markers });
		const { value, cpu, foreign } = await measured(pid, () => homeserver.call("push"));
		const { seconds, p50, p99 } = value;
		return {
			"events/s": markers.length / seconds,
			"transactions/s": markers.length / eventsEach / seconds,
			"p50 ms": p50,
			"p99 ms": p99,
			[cpuEach]: (cpu / markers.length) * 1000,
			[foreignCores]: foreign,
		};
	}

	const sides: Side[] = sizes.flatMap(({ eventsEach, events }) => [
		{
			name: `Causeway, ${eventsEach} each`,
			async round(round) {
				const markers = markersOf(`c${eventsEach}`, round, events);
				const figures = await push(server.pid, causeway.origin, eventsEach, markers);
				const read = await newest(causeway, jane, `/api/groups/${group}/channels/${channel}/messages`, events);
				assertAll(
					markers,
					read.map(({ content }) => content.text),
				);
				return figures;
			},
		},
		{
			name: `floor, ${eventsEach} each`,
			async round(round) {
				const before = await floor.call("events");
				const figures = await push(floor.pid, floorOrigin, eventsEach, markersOf(`f${eventsEach}`, round, events));
				if ((await floor.call("events")) - before !== events) throw new Error("The floor has lost events");
				return figures;
			},
		},
	]);
	for (const side of sides) await side.round(0);
	const run = await interleave(sides, rounds);
	const { results } = run;

	const rate = (side: string, eventsEach: number): number =>
		medianOf(results, `${side}, ${eventsEach} each`, "events/s");
	return {
		about: `Matrix events per second in serial transactions of 100 (${sizes[0]?.events} events a round) and of 1 (${sizes[1]?.events}), from 20 senders in one linked room.`,
		rounds,
		results,
		goals: [
			{ what: "events/s in transactions of 100", value: rate("Causeway", 100), goal: { atLeast: 10_000 } },
			{
				what: "× floor, transactions of 100",
				value: rate("Causeway", 100) / rate("floor", 100),
				goal: { atLeast: 0.35 },
			},
			{
				what: "× floor, transactions of 1 (no goal)",
				value: rate("Causeway", 1) / rate("floor", 1),
				goal: { atLeast: 0 },
			},
		],
		notes: [
			quietness(run),
			cpuRatio(results, "Causeway, 100 each", "floor, 100 each"),
			"After every round, every message was read in the channel.",
		],
	};
};
export default benchmark;
