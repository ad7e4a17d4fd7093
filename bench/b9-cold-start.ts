/**
 * B9: the time from the start of the process to its first 200, with every bridge enabled, and the memory of the idle process
 * before and after the two heavy packages (activitypub-express, matrix-appservice-bridge) are first used. For comparison, the
 * Koa floor and the Fedify peer of this folder are started in the same way.
 */
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { request } from "undici";
import { parse } from "yaml";
import { api, installCauseway, type Provider } from "./causeway.ts";
import type { SignedInboxFloor } from "./floors/signed-inbox.ts";
import { openFolder } from "./folder.ts";
import type { RemoteHost, Sender } from "./load/remote-host.ts";
import { signedHeaders } from "./load/signing.ts";
import { whole } from "./options.ts";
import type { FedifyPeer } from "./peers/fedify.ts";
import { type Figures, interleave, medianOf } from "./rounds.ts";
import type { Benchmark } from "./run.ts";
import type { Calls } from "./serve-calls.ts";
import { memoryOf } from "./usage.ts";
import { startWorker, type Worker } from "./worker.ts";

const restMs = 3_000;
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, restMs));

const benchmark: Benchmark = async (options) => {
	const rounds = whole(options, "rounds", 5);
	using folder = openFolder();
	await using remote = await startWorker<RemoteHost>("load/remote-host.ts");
	const [sender] = await remote.call("open", 1);
	const registration = path.join(folder.path, "registration.yaml");
	// Nothing listens on this port: a homeserver that is down must not delay the start.
	const matrix = { enabled: true, homeserverUrl: "http://127.0.0.1:1", serverName: "hs.test", registration };
	const causeway = await installCauseway(folder.path, { bridges: { activitypub: { enabled: true }, matrix } });
	await causeway.command("matrix", "registration", "--out", registration);
	const { hs_token: hsToken } = parse(readFileSync(registration, "utf8")) as { hs_token: string };
	await causeway.command("user", "add", "jane");
	const token = await causeway.command("token", "add", "jane");

	const sides = [
		{
			name: "Causeway",
			async round(): Promise<Figures> {
				await using server = await causeway.serve();
				await rest();
				const before = memoryOf(server.pid);
				await useNormaliser(causeway, token, sender as Sender);
				await useMatrixLibrary(causeway, hsToken);
				await rest();
				const after = memoryOf(server.pid);
				return {
					"first 200 ms": server.startedIn,
					"RSS MB": before.rss,
					"PSS MB": before.pss,
					"RSS MB after use": after.rss,
					"PSS MB after use": after.pss,
				};
			},
		},
		{
			name: "Koa",
			round: () => bare<SignedInboxFloor>("floors/signed-inbox.ts", (worker) => worker.call("open", folder.path, {})),
		},
		{ name: "Fedify 2.3.6", round: () => bare<FedifyPeer>("peers/fedify.ts", (worker) => worker.call("open")) },
	];
	await sides[0]?.round();
	const run = await interleave(sides, rounds);
	const { results } = run;
	const mine = (figure: string): number => medianOf(results, "Causeway", figure);
	return {
		about: `Start to the first 200 of /healthz, SQLite, both bridges enabled, the homeserver down; memory ${restMs / 1000} s later. PSS counts what several Node processes share once among them.`,
		rounds,
		results,
		goals: [
			{ what: "first 200, ms", value: mine("first 200 ms"), goal: { atMost: 1000 } },
			{ what: "RSS before the heavy packages are used, MB", value: mine("RSS MB"), goal: { atMost: 110 } },
			{ what: "RSS after, MB", value: mine("RSS MB after use"), goal: { atMost: 180 } },
		],
	};
};
export default benchmark;

async function bare<C extends Calls>(file: string, open: (worker: Worker<C>) => Promise<unknown>): Promise<Figures> {
	const start = performance.now();
	await using worker = await startWorker<C>(file);
	await open(worker);
	const startedIn = performance.now() - start;
	await rest();
	const { rss, pss } = memoryOf(worker.pid);
	return { "first 200 ms": startedIn, "RSS MB": rss, "PSS MB": pss };
}

/** Sends an activity with a context that only a JSON-LD processor can resolve. */
async function useNormaliser(provider: Provider, token: string, { id, privateKeyPem }: Sender): Promise<void> {
	const { actor } = await api<{ actor: string }>(provider, token, "GET", "/api/me");
	const body = JSON.stringify({
		"@context": ["https://www.w3.org/ns/activitystreams", "https://unknown.example/ns"],
		id: `${id}/likes/${crypto.randomUUID()}`,
		type: "Like",
		actor: id,
		object: actor,
	});
	const inbox = new URL(`${actor}/inbox`);
	const headers = await signedHeaders(inbox, body, `${id}#main-key`, createPrivateKey(privateKeyPem));
	const { statusCode } = await request(inbox, { method: "POST", headers, body });
	if (statusCode !== 202) throw new Error(`The activity was answered with ${statusCode}`);
}

/** Requests a ghost, which has to be registered with the homeserver. The homeserver is down, so the answer is an error. */
async function useMatrixLibrary({ origin, port }: Provider, token: string): Promise<void> {
	const ghost = encodeURIComponent(`@_ofscp_jane=40localhost=3a${port}:hs.test`);
	const { statusCode, body } = await request(`${origin}/_matrix/app/v1/users/${ghost}`, {
		headers: { authorization: `Bearer ${token}` },
	});
	if (statusCode < 500) throw new Error(`The ghost was answered with ${statusCode}: ${await body.text()}`);
	await body.dump();
}
