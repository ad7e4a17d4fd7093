import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import type { Flow, OpenLoop, Sent } from "../../bench/load/open-loop.ts";
import { memoryOf } from "../../bench/usage.ts";
import { startWorker, type Worker } from "../../bench/worker.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const long = process.env.CAUSEWAY_LONG === "1";
const seconds = long ? 30 : 3;
/** A budget that a short burst exceeds on any machine. */
const few = { CAUSEWAY_LIMITS_REQUESTS_API: "8", CAUSEWAY_LIMITS_REQUESTS_PAGES: "8" };

interface Scene {
	readonly provider: Provider;
	readonly load: Worker<OpenLoop>;
	readonly probing: Worker<OpenLoop>;
	/** Posts by the API, with the serial number of the request as their name. */
	readonly posts: Omit<Flow, "rate" | "connections">;
	readonly port: number;
	/** The names that the channel has, each as often as it is there. */
	posted(): Promise<readonly string[]>;
}

async function open(t: ExecutionContext, env: Readonly<Record<string, string>> = {}): Promise<Scene> {
	const provider = await startProvider({
		folder: await temporaryFolder(t),
		env: { CAUSEWAY_LIMITS_SCALE: "1000000", CAUSEWAY_LIMITS_WAIT_MS: "500", ...env },
	});
	const load = await startWorker<OpenLoop>("load/open-loop.ts");
	const probing = await startWorker<OpenLoop>("load/open-loop.ts");
	t.teardown(async () => {
		await load[Symbol.asyncDispose]();
		await probing[Symbol.asyncDispose]();
		await provider[Symbol.asyncDispose]();
	});
	await provider.cli("user", "add", "jane");
	const token = await provider.cli("token", "add", "jane");
	const jane = provider.client("jane", token);
	const group = await jane.call<{ id: string }>("POST", "/api/groups", { name: "Guild" });
	const channel = await jane.call<{ id: string }>("POST", `/api/groups/${group.id}/channels`, { name: "general" });
	const route = `/api/groups/${group.id}/channels/${channel.id}/messages`;
	const head = `POST ${route} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
	const body = JSON.stringify({ type: "memo", content: { text: "Message m{n} of a flood." } });
	return {
		provider,
		load,
		probing,
		posts: { name: "posts", templates: [{ head, body }] },
		port: Number(new URL(provider.origin).port),
		async posted() {
			const names: string[] = [];
			let cursor: string | undefined;
			do {
				const query = new URLSearchParams({ limit: "100", ...(cursor === undefined ? {} : { cursor }) });
				const page: List = await jane.call<List>("GET", `${route}?${query}`);
				for (const { content } of page.items) names.push(/m(\d+)/.exec(content.text)?.[1] ?? content.text);
				cursor = page.page.nextCursor;
			} while (cursor !== undefined);
			return names;
		},
	};
}

interface List {
	readonly items: readonly { readonly content: { readonly text: string } }[];
	readonly page: { readonly nextCursor?: string };
}

const probes: Flow = {
	name: "probes",
	templates: [{ head: "GET /healthz HTTP/1.1\r\nHost: localhost\r\n", body: "" }],
	rate: 20,
	connections: 1000,
	isConnecting: true,
};

async function under(
	scene: Scene,
	flow: Flow,
	forSeconds: number,
): Promise<{ readonly flow: Sent; readonly probes: Sent }> {
	const [[sent], [probed]] = await Promise.all([
		scene.load.call("run", scene.port, forSeconds, [flow]),
		scene.probing.call("run", scene.port, forSeconds, [probes]),
	]);
	return { flow: sent as Sent, probes: probed as Sent };
}

const figures = ({ sent, statuses, p50, p99, most, perSecond }: Sent) => ({
	sent,
	statuses,
	perSecond: Math.round(perSecond),
	p50: Math.round(p50),
	p99: Math.round(p99),
	most: Math.round(most),
});

function save(results: object): void {
	const folder = path.join(import.meta.dirname, "..", "results");
	const commit = execFileSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).trim();
	const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
	mkdirSync(folder, { recursive: true });
	writeFileSync(path.join(folder, `overload-${day}.json`), `${JSON.stringify({ commit, ...results }, null, "\t")}\n`);
}

test.serial(
	`a flood of several times what can be answered, for ${seconds} s, is refused in part; probes are answered, and what is accepted is there once`,
	async (t) => {
		const scene = await open(t, long ? {} : few);
		const { posts, provider } = scene;
		await under(scene, { ...posts, connections: 50 }, 2);
		const alone = await under(scene, { ...posts, connections: 50, from: 1_000_000 }, seconds);
		const capacity = Math.max(50, alone.flow.perSecond);
		const accepted = new Set(alone.flow.accepted);
		const results: Record<string, object> = { capacity: figures(alone.flow) };
		let from = 2_000_000;
		for (const times of long ? [2, 10] : [4]) {
			const { flow, probes: probed } = await under(
				scene,
				{ ...posts, rate: times * capacity, connections: 4000, from },
				seconds,
			);
			from += 1_000_000;
			results[`${times} × capacity`] = {
				...figures(flow),
				rate: Math.round(times * capacity),
				probes: figures(probed),
			};
			for (const n of flow.accepted) accepted.add(n);
			t.deepEqual(
				Object.keys(flow.statuses).filter((status) => status !== "201" && status !== "503"),
				[],
				"no other answers",
			);
			t.true((flow.statuses[503] ?? 0) > 0, "none was refused");
			t.is(flow.withRetryAfter, flow.statuses[503] ?? 0);
			t.true((flow.statuses[201] ?? 0) > 0, "none was accepted");
			t.deepEqual(probed.statuses, { 200: probed.sent });
			const after = await under(scene, { ...posts, connections: 1, from }, 1);
			from += 1_000_000;
			for (const n of after.flow.accepted) accepted.add(n);
			t.deepEqual(Object.keys(after.flow.statuses), ["201"], "afterwards, every request is accepted again");
		}
		t.log(results);
		await provider.kill9();
		await provider.restart();
		const there = await scene.posted();
		const names = new Set(there);
		t.is(names.size, there.length, "nothing is there twice");
		const lost = [...accepted].filter((n) => !names.has(String(n).padStart(8, "0")));
		t.deepEqual(lost, [], "everything that was accepted is there");
		if (long) save(results);
	},
);

test.serial("while the API is flooded, pages and the authorization server answer everyone", async (t) => {
	const scene = await open(t, { CAUSEWAY_LIMITS_REQUESTS_API: "8" });
	const others: readonly Flow[] = ["/", "/.well-known/openid-configuration", "/readyz"].map((at) => ({
		name: at,
		templates: [{ head: `GET ${at} HTTP/1.1\r\nHost: localhost\r\n`, body: "" }],
		rate: 5,
		connections: 1000,
		isConnecting: true,
	}));
	const [flood, ...calm] = await Promise.all([
		scene.load.call("run", scene.port, seconds, [{ ...scene.posts, connections: 200 }]).then(([sent]) => sent as Sent),
		...others.map((flow) => scene.probing.call("run", scene.port, seconds, [flow]).then(([sent]) => sent as Sent)),
	]);
	t.true((flood?.statuses[503] ?? 0) > 0, "none was refused");
	for (const { name, sent, statuses } of calm) t.deepEqual(statuses, { 200: sent }, name);
});

test.serial("a thousand streams that are never read take a bounded amount of memory", async (t) => {
	const scene = await open(t, {
		CAUSEWAY_LIMITS_STREAMS_PER_ACCOUNT: "2000",
		CAUSEWAY_LIMITS_WAIT_MS: "60000",
	});
	const { provider, posts, port, load, probing } = scene;
	const authorization = /Authorization: \S+ \S+/.exec(posts.templates[0]?.head ?? "")?.[0];
	const stream = { head: `GET /api/events HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\n`, body: "" };
	t.is(await probing.call("hold", port, stream, 1000), 1000);
	const [template] = posts.templates;
	const large = {
		head: template?.head ?? "",
		body: JSON.stringify({ type: "memo", content: { text: `m{n} ${"x".repeat(50_000)}` } }),
	};
	const before = memoryOf(provider.pid).rss;
	const [sent] = await load.call("run", port, long ? 30 : 8, [{ ...posts, templates: [large], connections: 1 }]);
	t.true((sent?.accepted.length ?? 0) > 0);
	t.is((await fetch(`${provider.origin}/healthz`)).status, 200);
	const grown = memoryOf(provider.pid).rss - before;
	t.log({ posts: sent?.accepted.length, before, grown });
	t.true(grown < 500, `${grown} MB more than before`);
});
