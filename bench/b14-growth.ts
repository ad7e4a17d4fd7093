/**
 * B14: what an item costs when 10,000 messages are stored, and when 1,000,000 are: a memo that is posted, a remote message that is received,
 * and a page of 20 of the home timeline, all on SQLite, in one process without HTTP. The stores are built by appending the events
 * themselves, with a raw original each; `data=<folder>` keeps them for another run.
 */
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { readableById } from "#core/access/readable-place.ts";
import { createAccount } from "#core/accounts/create-account.ts";
import { localAccount } from "#core/accounts/find-account.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import { changeMembership } from "#core/groups/membership-change.ts";
import { bridgeName, type MessageId, mintId } from "#core/ids.ts";
import { homeTimeline } from "#core/messages/home-timeline.ts";
import { postMessage } from "#core/messages/post-message.ts";
import type { Account } from "#core/model/account.ts";
import { noEnd } from "#core/model/message.ts";
import type { RemotePerson } from "#core/ports/bridge/remote-event.ts";
import { remoteKey } from "#core/remote-key.ts";
import { buildBridging } from "../src/gateway/bridging.ts";
import { type OpenedCore, openCore, readConfig } from "../src/gateway.ts";
import { openFolder } from "./folder.ts";
import { whole } from "./options.ts";
import { cpuEach, type Figures, interleave, medianOf, short } from "./rounds.ts";
import type { Benchmark } from "./run.ts";

const fedi = bridgeName("fedi");
const authors = 500;
const followed = 100;
const atOnce = 50;
const range = (length: number): readonly number[] => Array.from({ length }, (_, n) => n);

const personOf = (n: number): RemotePerson => ({
	id: `https://host${n % 50}.test/users/u${n}`,
	profile: { displayName: `User ${n}` },
	handle: `u${n}`,
	domain: `host${n % 50}.test`,
	kind: "person",
	reach: { bridge: fedi, target: `https://host${n % 50}.test/inbox`, lane: `fedi:host${n % 50}.test` },
});
const people = range(authors).map(personOf);

/** What a server sends, without what is not kept of it. */
const rawOf = (id: string, author: string, text: string) => ({
	"@context": [
		"https://www.w3.org/ns/activitystreams",
		{ sensitive: "as:sensitive", toot: "http://joinmastodon.org/ns#" },
	],
	id: `${id}/activity`,
	type: "Create",
	actor: author,
	to: ["https://www.w3.org/ns/activitystreams#Public"],
	cc: [`${author}/followers`],
	object: {
		id,
		type: "Note",
		attributedTo: author,
		content: text,
		url: id,
		replies: { id: `${id}/replies`, type: "Collection" },
	},
});
const textOf = (n: number): string =>
	`<p>Message ${n}. ${"The quick brown fox jumps over the lazy dog. ".repeat(8)}</p>`;

/** A store with `stored` messages, which is built unless it exists. */
async function openScene(folder: string, stored: number) {
	const dataDir = path.join(folder, String(stored));
	const isNew = !existsSync(path.join(dataDir, "built"));
	mkdirSync(dataDir, { recursive: true });
	const config = await readConfig(undefined, { CAUSEWAY_DATA_DIR: dataDir, CAUSEWAY_LOG_LEVEL: "error" });
	const opened = await openCore(config);
	const { context } = opened;
	const { incoming, shadows, parkedEvents } = buildBridging(
		context,
		() => [],
		() => ({ wake() {} }),
	);
	await parkedEvents.load();
	const shadowsOf = [];
	for (const person of people) shadowsOf.push(await shadows.of(fedi, person));
	const jane = (await localAccount(context, "jane")) ?? (await createAccount(context, { handle: "jane" }));
	if (isNew) {
		for (const { timeline } of shadowsOf.slice(0, followed))
			await changeMembership(context, timeline, jane, () => ({ state: "joined" }), { actor: jane });
		await fill(opened, shadowsOf, stored);
		mkdirSync(path.join(dataDir, "built"));
	}
	const place = await readableById(context, jane.timeline, jane);
	if (place === undefined) throw new Error("Jane can't read her own timeline");
	return { opened, incoming, jane, place, dataDir };
}

const step = 2_000;
const remoteOf = (n: number): string => `https://host${n % 50}.test/notes/${n}`;

async function fill({ context: { store, clock } }: OpenedCore, shadowsOf: readonly Account[], stored: number) {
	const newest = new Map<string, MessageId>();
	let begin = 0;
	// A build that was interrupted goes on.
	while (begin < stored && (await store.eventBy("natural", remoteKey(fedi, remoteOf(begin)))) !== undefined)
		begin += step;
	for (let from = begin; from < stored; from += step) {
		const appends = range(Math.min(step, stored - from)).map((n) => {
			const number = from + n;
			const author = shadowsOf[number % authors] as Account;
			const channel = author.timeline;
			const id = mintId("msg", clock.now());
			const above = number % 2 === 0 ? undefined : newest.get(channel);
			newest.set(channel, id);
			const remote = remoteOf(number);
			const text = textOf(number);
			const message = {
				id,
				group: author.group,
				channel,
				author: author.id,
				type: "memo",
				content: { text, mime: "text/html" },
				...(above === undefined ? {} : { reply: { to: above, author: author.id } }),
				mentions: [],
				tags: [],
				metadata: [],
				origin: { bridge: fedi, id: remote, url: remote },
				sentTo: [],
				editUntil: noEnd,
			};
			const body = { message, origin: fedi, raw: rawOf(remote, author.origin?.id ?? "", text) };
			const keys = { actor: author.id, natural: remoteKey(fedi, remote) };
			return store.append({ stream: channel, type: "message.posted", ...keys, pending: [], body }, { folds: foldsOf });
		});
		await Promise.all(appends);
		if (from % 100_000 === 0) console.log(`built ${from} of ${stored}`);
	}
}

type Scene = Awaited<ReturnType<typeof openScene>>;

/** CPU milliseconds for each of `items`, done in groups, and the wall time. */
async function cost(items: number, work: (n: number) => Promise<unknown>): Promise<{ cpu: number; wall: number }> {
	const [cpu, start] = [process.cpuUsage(), performance.now()];
	for (let from = 0; from < items; from += atOnce)
		await Promise.all(range(Math.min(atOnce, items - from)).map((n) => work(from + n)));
	const { user, system } = process.cpuUsage(cpu);
	return { cpu: (user + system) / 1000 / items, wall: (performance.now() - start) / items };
}

const kinds = ["memo posted", "remote message received", "page of the home timeline"] as const;

async function round({ opened: { context }, incoming, jane, place }: Scene, items: number): Promise<Figures> {
	const mark = crypto.randomUUID();
	const fields = (n: number) => ({ type: "memo", content: { text: `${mark} ${n}`, mime: "text/plain" } }) as const;
	const received = (n: number) => {
		const sender = people[(n * 7) % authors] as RemotePerson;
		const id = `${sender.id}/${mark}/${n}`;
		const rest = { kind: "message", type: "memo", place: { kind: "timeline" }, mentions: [jane.id] } as const;
		const content = { text: textOf(n), mime: "text/html" } as const;
		return incoming.receive(fedi, [
			{ ...rest, id, message: id, sender, content, raw: rawOf(id, sender.id, textOf(n)) },
		]);
	};
	const works: Readonly<Record<(typeof kinds)[number], (n: number) => Promise<unknown>>> = {
		"memo posted": (n) => postMessage(context, jane, place, fields(n), {}),
		"remote message received": received,
		"page of the home timeline": () => homeTimeline(context, jane, { limit: 20 }),
	};
	const figures: Record<string, number> = {};
	for (const kind of kinds) {
		const { cpu, wall } = await cost(items, works[kind]);
		figures[`${kind}, ${cpuEach}`] = cpu;
		figures[`${kind}, ms each`] = wall;
	}
	return figures;
}

const bytesIn = (folder: string): number =>
	readdirSync(folder)
		.filter((file) => file.startsWith("causeway.db"))
		.reduce((sum, file) => sum + statSync(path.join(folder, file)).size, 0);

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 9);
	const items = whole(options, "items", 500);
	const sizes = [whole(options, "small", 10_000), whole(options, "large", 1_000_000)] as const;
	using temporary = openFolder();
	const folder = options["data"] ?? temporary.path;
	const scenes: Scene[] = [];
	for (const stored of sizes) scenes.push(await openScene(folder, stored));
	try {
		const names = sizes.map((stored) => `${stored.toLocaleString("en")} stored`);
		const sides = scenes.map((scene, i) => ({ name: names[i] ?? "", round: () => round(scene, items) }));
		for (const side of sides) await side.round();
		const { results } = await interleave(sides, rounds);
		const ratio = (figure: string): number =>
			medianOf(results, names[1] ?? "", figure) / medianOf(results, names[0] ?? "", figure);
		return {
			about: `${items} items of each kind, ${atOnce} at the same time, on SQLite without HTTP.`,
			rounds,
			results,
			goals: kinds.map((kind) => ({
				what: `${kind}: CPU per item, ${names[1]} ÷ ${names[0]}`,
				value: ratio(`${kind}, ${cpuEach}`),
				goal: { atMost: 1.25 },
			})),
			notes: [
				`On disk: ${scenes.map(({ dataDir }, i) => `${names[i]} ${short(bytesIn(dataDir) / 1e6)} MB`).join(", ")}.`,
				`Elapsed time per item, ${names[1]} ÷ ${names[0]}: ${kinds.map((kind) => `${kind} ${short(ratio(`${kind}, ms each`))}`).join(", ")}.`,
			],
		};
	} finally {
		for (const { opened } of scenes) await opened[Symbol.asyncDispose]();
	}
};
export default benchmark;
