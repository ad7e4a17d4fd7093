/**
 * B13: what happens at twice and at ten times the rate that Causeway can answer, at three doors: posts by the API, signed activities, and
 * pages. The capacity is measured over 50 connections that send one request after the other; the overload is an open loop of its own process,
 * whose latencies count from when a request was due. Meanwhile another process sends probes (`GET /healthz`), each over a new connection.
 */
import { createPrivateKey } from "node:crypto";
import { api, installCauseway } from "./causeway.ts";
import { openFolder } from "./folder.ts";
import { createOfNote } from "./load/note.ts";
import type { Flow, OpenLoop, Sent, Template } from "./load/open-loop.ts";
import type { RemoteHost } from "./load/remote-host.ts";
import { signedHeaders, together } from "./load/signing.ts";
import { whole } from "./options.ts";
import { cpuEach, type Figures, foreignCores, interleave, medianOf, quietness, type Side } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import { measured } from "./usage.ts";
import { startWorker } from "./worker.ts";

const overloads = [2, 10] as const;

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 3);
	const seconds = whole(options, "seconds", 5);
	const activities = whole(options, "activities", 8_000);
	using folder = openFolder();
	await using load = await startWorker<OpenLoop>("load/open-loop.ts");
	await using probing = await startWorker<OpenLoop>("load/open-loop.ts");
	await using remote = await startWorker<RemoteHost>("load/remote-host.ts");
	const senders = await remote.call("open", 10);
	const causeway = await installCauseway(folder.path);
	const { port } = causeway;
	await causeway.command("user", "add", "jane");
	const token = await causeway.command("token", "add", "jane");
	await using server = await causeway.serve();
	const jane = await api<{ actor: string }>(causeway, token, "GET", "/api/me");
	const group = await api<{ id: string }>(causeway, token, "POST", "/api/groups", { name: "Guild" });
	const place = `/api/groups/${group.id}/channels`;
	const channel = await api<{ id: string }>(causeway, token, "POST", place, { name: "general", tier: "public" });

	const host = `Host: localhost:${port}`;
	const json = "Content-Type: application/json";
	const post: Template = {
		head: `POST ${place}/${channel.id}/messages HTTP/1.1\r\n${host}\r\nAuthorization: Bearer ${token}\r\n${json}\r\n`,
		body: JSON.stringify({ type: "memo", content: { text: "Message m{n}: by noon all of the boats came home." } }),
	};
	const page: Template = { head: `GET /@jane HTTP/1.1\r\n${host}\r\nAccept: text/html\r\n`, body: "" };
	const probe: Flow = {
		name: "probes",
		templates: [{ head: `GET /healthz HTTP/1.1\r\n${host}\r\n`, body: "" }],
		rate: 20,
		connections: 1_000,
		isConnecting: true,
	};

	let serial = 0;
	/** Activities that have not been sent before. */
	async function signedActivities(count: number): Promise<readonly Template[]> {
		const inbox = new URL(`${jane.actor}/inbox`);
		const mentioned = { id: jane.actor, address: `jane@localhost:${port}` };
		const keys = senders.map(({ privateKeyPem }) => createPrivateKey(privateKeyPem));
		const templates: Template[] = [];
		await together(count, 16, async (n) => {
			const sender = senders[n % senders.length];
			const key = keys[n % keys.length];
			if (sender === undefined || key === undefined) return;
			const body = createOfNote({ author: sender.id, marker: `a${serial++}`, mentioned });
			const headers = await signedHeaders(inbox, body, `${sender.id}#main-key`, key);
			const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
			templates[n] = { head: `POST ${inbox.pathname} HTTP/1.1\r\n${lines.join("")}`, body };
		});
		return templates;
	}

	const doors = [
		{ name: "posts", templates: async () => [post] },
		{ name: "activities", templates: () => signedActivities(activities) },
		{ name: "pages", templates: async () => [page] },
	];
	let from = 0;

	async function run(flow: Omit<Flow, "from">): Promise<{ readonly sent: Sent; readonly figures: Figures }> {
		const { value, cpu, foreign } = await measured(server.pid, async () => {
			const [[sent], [probed]] = await Promise.all([
				load.call("run", port, seconds, [{ ...flow, from }]),
				probing.call("run", port, seconds, [probe]),
			]);
			return { sent: sent as Sent, probed: probed as Sent };
		});
		const { sent, probed } = value;
		from += sent.sent;
		if (probed.statuses[200] !== probed.sent)
			throw new Error(`Probes were answered ${JSON.stringify(probed.statuses)}`);
		const refused = sent.statuses[503] ?? 0;
		if (sent.accepted.length + refused !== sent.sent)
			throw new Error(`${flow.name} were answered ${JSON.stringify(sent.statuses)}`);
		return {
			sent,
			figures: {
				"sent/s": sent.sent / seconds,
				"accepted/s": sent.perSecond,
				"p50 ms": sent.p50,
				"p99 ms": sent.p99,
				"probes p50 ms": probed.p50,
				"probes p99 ms": probed.p99,
				[cpuEach]: (cpu / sent.accepted.length) * 1000,
				[foreignCores]: foreign,
			},
		};
	}

	const sides = doors.flatMap(({ name, templates }): Side[] => {
		let capacity = 0;
		return [
			{
				name: `${name}, capacity`,
				async round() {
					const { sent, figures } = await run({ name, templates: await templates(), connections: 50 });
					capacity = sent.perSecond;
					return figures;
				},
			},
			...overloads.map((times) => ({
				name: `${name}, ${times} ×`,
				async round() {
					const flow = { name, templates: await templates(), rate: times * capacity, connections: 4_000 };
					return (await run(flow)).figures;
				},
			})),
		];
	});
	for (const { name, templates } of doors) await run({ name, templates: await templates(), connections: 50 });
	const done = await interleave(sides, rounds);
	const { results } = done;
	return {
		about: `Requests at 2 × and 10 × the rate that can be answered, for ${seconds} s at a time, while 20 probes a second are sent over new connections.`,
		rounds,
		results,
		goals: doors.flatMap(({ name }) =>
			overloads.flatMap((times) => {
				const side = `${name}, ${times} ×`;
				const share = medianOf(results, side, "accepted/s") / medianOf(results, `${name}, capacity`, "accepted/s");
				return [
					{ what: `${side}: accepted ÷ capacity`, value: share, goal: { atLeast: 0.9 } },
					{ what: `${side}: p99 ms`, value: medianOf(results, side, "p99 ms"), goal: { atMost: 1_000 } },
					{ what: `${side}: probes p99 ms`, value: medianOf(results, side, "probes p99 ms"), goal: { atMost: 100 } },
				];
			}),
		),
		notes: [
			quietness(done),
			"The generator and the provider share two cores, so the generator takes a part of what the provider could answer, the more the higher the rate.",
			`Of the activities, ${activities} are signed in advance and repeated if more are needed; a repeated one is recognised and costs less.`,
		],
	};
};
export default benchmark;
