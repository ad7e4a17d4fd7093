/**
 * Measures appends per second and CPU time per append on SQLite, for several shapes of events and for the floor in the same run:
 *
 *     node bench/store.ts [appends=40000] [at once=100]
 *
 * The floor is one row of the same size per insert, in the same group commit.
 */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../src/core/clock.ts";
import { noFailPoints } from "../src/core/ports/fail-points.ts";
import type { Collection, Draft, FoldsOf, LogEvent, Store } from "../src/core/ports/store.ts";
import { openSqliteStore } from "../src/store/sqlite/index.ts";

interface Row {
	readonly body: string;
}
interface Message extends Row {
	readonly channel: string;
	readonly seq: number;
	readonly author: string;
	readonly at: number;
	readonly uri: string;
}
interface Channel {
	readonly messages: number;
	readonly last: number;
}

const rows: Collection<Row> = { name: "rows", version: 1, indexes: {} };
const messages: Collection<Message> = {
	name: "messages",
	version: 1,
	indexes: {
		timeline: { kinds: ["text", "int"], of: ({ channel, seq }) => [channel, seq] },
		author: { kinds: ["text", "int"], of: ({ author, at }) => [author, at] },
		uri: { kinds: ["text"], of: ({ uri }) => [uri] },
	},
};
const channels: Collection<Channel> = { name: "channels", version: 1, indexes: {} };

const total = Number(process.argv[2] ?? 40_000);
const atOnce = Number(process.argv[3] ?? 100);
const text = "x".repeat(1_900);
const names = Array.from({ length: total }, () => randomBytes(24).toString("base64url"));

const fresh: FoldsOf = (event) => [
	{ collection: messages, id: `m${event.id}`, fresh: true, next: () => messageOf(event) },
];
const freshAndCounter: FoldsOf = (event) => [
	...fresh(event),
	{
		collection: channels,
		id: event.stream,
		next: (now?: Channel) => ({ messages: (now?.messages ?? 0) + 1, last: event.seq }),
	},
];

function messageOf({ stream, seq, actor, at, natural, body }: LogEvent): Message {
	return { channel: stream, seq, author: actor, at, uri: natural, body: (body as Row).body };
}

function draft(n: number, keys: { natural?: true; request?: true }, pending: readonly string[], streams = 1): Draft {
	return {
		stream: `channel${n % streams}`,
		type: "message.posted",
		actor: `account${n % 100}`,
		...(keys.natural && { natural: `matrix:$${names[n]}` }),
		...(keys.request && { request: `account:messages:${names[n]}` }),
		pending,
		body: { body: text, n },
	};
}

type Work = (store: Store, n: number) => Promise<unknown>;
const shapes: Record<string, Work> = {
	"floor: one row": (store, n) => store.insert(rows, String(n).padStart(8, "0"), { body: text }),
	"event only, no keys": (store, n) => store.append(draft(n, {}, []), { folds: () => [] }),
	"event, fresh document": (store, n) => store.append(draft(n, {}, []), { folds: fresh }),
	"event, natural key, fresh document": (store, n) => store.append(draft(n, { natural: true }, []), { folds: fresh }),
	"event, both keys, two pending, fresh document": (store, n) =>
		store.append(draft(n, { natural: true, request: true }, ["bridge", "notify"]), { folds: fresh }),
	"the same, and a counter": (store, n) =>
		store.append(draft(n, { natural: true, request: true }, ["bridge", "notify"]), { folds: freshAndCounter }),
	"the same over 100 streams": (store, n) =>
		store.append(draft(n, { natural: true, request: true }, ["bridge", "notify"], 100), { folds: freshAndCounter }),
};

async function measure(work: Work): Promise<{ rate: number; cpu: number }> {
	const folder = mkdtempSync(join(process.cwd(), ".bench-"));
	const collections = [rows, messages, channels];
	const options = { file: join(folder, "store.db"), collections, failPoints: noFailPoints, clock: systemClock };
	const store = await openSqliteStore(options);
	const [cpu, start] = [process.cpuUsage(), performance.now()];
	for (let n = 0; n < total; n += atOnce) {
		await Promise.all(Array.from({ length: Math.min(atOnce, total - n) }, (_, i) => work(store, n + i)));
	}
	const [seconds, { user, system }] = [(performance.now() - start) / 1000, process.cpuUsage(cpu)];
	await store.close();
	rmSync(folder, { recursive: true });
	return { rate: total / seconds, cpu: (user + system) / total };
}

let floor: number | undefined;
for (const [name, work] of Object.entries(shapes)) {
	const { rate, cpu } = await measure(work);
	floor ??= cpu;
	const columns = [
		`${Math.round(rate)}/s`.padStart(10),
		`${cpu.toFixed(1)} µs`.padStart(9),
		`${(cpu / floor).toFixed(1)} ×`.padStart(7),
	];
	console.log(columns.join(" "), ` ${name}`);
}
