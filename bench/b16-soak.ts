/**
 * B16: hours of everyday load on one process: posts, signed activities, Matrix events, reads, pages and probes at fixed rates. Each
 * minute it records the memory of the process, the p99 of every door, and the rows of every table. The result is also drawn:
 * `bench/results/b16-soak.svg`.
 */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parse } from "yaml";
import { api, installCauseway } from "./causeway.ts";
import { openFolder } from "./folder.ts";
import { addFollowers } from "./followers.ts";
import type { Homeserver } from "./load/homeserver.ts";
import { type DoorName, doors, type MixedLoad } from "./load/mixed-load.ts";
import type { RemoteHost } from "./load/remote-host.ts";
import type { Sink } from "./load/sink.ts";
import { whole } from "./options.ts";
import { draw } from "./plot.ts";
import { summarise } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { memoryOf } from "./usage.ts";
import { until } from "./verify.ts";
import { startWorker } from "./worker.ts";

const room = "!harbour:hs.test";

interface Sample {
	readonly minute: number;
	readonly rss: number;
	readonly heap: number;
	readonly external: number;
	/** Milliseconds by door. */
	readonly p99: Readonly<Partial<Record<DoorName, number>>>;
	/** Answers that were not 2xx. */
	readonly refused: number;
	readonly databaseMb: number;
	readonly rows: Readonly<Record<string, number>>;
}

const benchmark: Benchmark = async (options) => {
	const minutes = whole(options, "minutes", 60);
	const everySeconds = whole(options, "every", 60);
	const rates = {
		posts: whole(options, "posts", 12),
		activities: whole(options, "activities", 10),
		events: whole(options, "events", 5),
		reads: whole(options, "reads", 5),
		pages: whole(options, "pages", 2),
		probes: whole(options, "probes", 2),
	};
	using folder = openFolder();
	await using homeserver = await startWorker<Homeserver>("load/homeserver.ts");
	await using remote = await startWorker<RemoteHost>("load/remote-host.ts");
	await using sink = await startWorker<Sink>("load/sink.ts");
	await using load = await startWorker<MixedLoad>("load/mixed-load.ts");
	const senders = await remote.call("open", 10);
	const sinkPort = await sink.call("open");

	const registration = path.join(folder.path, "registration.yaml");
	const homeserverUrl = await homeserver.call("open");
	const causeway = await installCauseway(folder.path, {
		bridges: { matrix: { enabled: true, homeserverUrl, serverName: "hs.test", registration } },
	});
	await causeway.command("matrix", "registration", "--out", registration);
	const { hs_token: homeserverToken } = parse(readFileSync(registration, "utf8")) as { hs_token: string };
	await causeway.command("user", "add", "jane");
	const token = await causeway.command("token", "add", "jane");
	await addFollowers(causeway.configFile, sinkPort, [{ handle: "jane", hosts: 10, each: 10 }]);
	await using server = await causeway.serve();

	const jane = await api<{ actor: string; timeline: { group: string; channel: string } }>(
		causeway,
		token,
		"GET",
		"/api/me",
	);
	const { group, channel } = jane.timeline;
	for (const { address } of senders) await api(causeway, token, "POST", "/api/me/follows", { actor: address });
	await causeway.command("matrix", "link", channel, room);
	await until("the link is active", async () => {
		const { items } = await api<{ items: { state: string }[] }>(causeway, token, "GET", `/api/groups/${group}/bridges`);
		return items.every(({ state }) => state === "active");
	});
	await load.call("open", {
		origin: causeway.origin,
		token,
		messages: `/api/groups/${group}/channels/${channel}/messages`,
		inbox: `${jane.actor}/inbox`,
		mentioned: { id: jane.actor, address: `jane@localhost:${causeway.port}` },
		senders,
		homeserverToken,
		room,
		page: "/@jane",
	});

	const dataDir = path.dirname(causeway.configFile);
	const samples: Sample[] = [];
	async function sample(minute: number): Promise<void> {
		const answered = await load.call("take");
		const heap = await metricsOf(causeway.origin);
		const one: Sample = {
			minute,
			rss: memoryOf(server.pid).rss,
			...heap,
			p99: Object.fromEntries(doors.map((door) => [door, answered[door]?.p99 ?? 0])),
			refused: Object.values(answered).reduce((sum, { statuses }) => sum + notDone(statuses), 0),
			databaseMb: sizeOf(dataDir),
			rows: rowsOf(dataDir),
		};
		samples.push(one);
		await sink.call("forget");
		console.log(
			`minute ${minute.toFixed(1)}: RSS ${one.rss.toFixed(0)} MB, heap ${one.heap.toFixed(0)}, external ${one.external.toFixed(0)}, not 2xx ${one.refused}, p99 ms ${JSON.stringify(one.p99, (_, v: unknown) => (typeof v === "number" ? Math.round(v) : v))}`,
		);
	}

	await load.call("start", rates);
	const start = performance.now();
	for (let n = 1; n * everySeconds <= minutes * 60; n++) {
		await new Promise((resolve) => setTimeout(resolve, start + n * everySeconds * 1000 - performance.now()));
		await sample((n * everySeconds) / 60);
	}
	await load.call("stop");
	await new Promise((resolve) => setTimeout(resolve, 60_000));
	await sample(minutes + 1);

	const loaded = samples.slice(0, -1);
	const rest = samples.at(-1) as Sample;
	const most = (figure: (sample: Sample) => number): number => Math.max(...loaded.map(figure));
	const name = path.join(import.meta.dirname, "results", "b16-soak");
	writeFileSync(`${name}-samples.json`, `${JSON.stringify(samples, undefined, "\t")}\n`);
	writeFileSync(`${name}.svg`, drawn(samples));
	const results = {
		memory: summarise(loaded.map(({ rss, heap }) => ({ "RSS MB": rss, "heap MB": heap }))),
		...Object.fromEntries(
			doors.map((door) => [door, summarise(loaded.map(({ p99 }) => ({ "p99 ms": p99[door] ?? 0 })))]),
		),
	};
	return {
		about: `${minutes} minutes of ${rates.posts} posts, ${rates.activities} signed activities, ${rates.events} Matrix events, ${rates.reads} reads and ${rates.pages} pages a second; the account has 100 followers on 10 hosts and a linked room.`,
		rounds: loaded.length,
		results,
		goals: [
			{ what: "RSS at most, MB", value: most(({ rss }) => rss), goal: { atMost: 300 } },
			{ what: "RSS a minute after, MB", value: rest.rss, goal: { atMost: 200 } },
			{
				what: "answers that were not 2xx",
				value: samples.reduce((sum, { refused }) => sum + refused, 0),
				goal: { atMost: 0 },
			},
		],
		notes: [
			`Rows at the end: ${Object.entries(rest.rows)
				.map(([table, rows]) => `${table} ${rows}`)
				.join(", ")}; the database's files have ${rest.databaseMb.toFixed(0)} MB.`,
		],
	};
};
export default benchmark;

const notDone = (statuses: Readonly<Record<number, number>>): number =>
	Object.entries(statuses).reduce(
		(sum, [status, count]) => sum + (Number(status) >= 200 && Number(status) < 300 ? 0 : count),
		0,
	);

async function metricsOf(origin: string): Promise<{ readonly heap: number; readonly external: number }> {
	const text = await (await fetch(`${origin}/metrics`)).text();
	const value = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]) / 1e6;
	return { heap: value("nodejs_heap_size_used_bytes"), external: value("nodejs_external_memory_bytes") };
}

const databaseFiles = (dataDir: string): readonly string[] =>
	["", "-wal", "-shm"].map((suffix) => path.join(dataDir, `causeway.db${suffix}`));

const sizeOf = (dataDir: string): number =>
	databaseFiles(dataDir).reduce((sum, file) => sum + (statSync(file, { throwIfNoEntry: false })?.size ?? 0), 0) / 1e6;

function rowsOf(dataDir: string): Record<string, number> {
	using database = new DatabaseSync(path.join(dataDir, "causeway.db"), { readOnly: true });
	const tables = database
		.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
		.all();
	return Object.fromEntries(
		tables.flatMap(({ name }) => {
			const count = Number(database.prepare(`SELECT count(*) AS count FROM "${name}"`).get()?.["count"]);
			return count === 0 ? [] : [[String(name), count]];
		}),
	);
}

function drawn(samples: readonly Sample[]): string {
	const line = (name: string, value: (sample: Sample) => number) => ({
		name,
		points: samples.map((sample): readonly [number, number] => [sample.minute, value(sample)]),
	});
	const tables = Object.entries(samples.at(-1)?.rows ?? {})
		.toSorted(([, a], [, b]) => b - a)
		.slice(0, 6);
	return draw("minutes", [
		{
			title: "Memory, MB",
			lines: [
				line("RSS", ({ rss }) => rss),
				line("heap in use", ({ heap }) => heap),
				line("external", ({ external }) => external),
			],
		},
		{ title: "p99 by door, ms", lines: doors.map((door) => line(door, ({ p99 }) => p99[door] ?? 0)) },
		{ title: "Rows", lines: tables.map(([table]) => line(table, ({ rows }) => rows[table] ?? 0)) },
	]);
}
