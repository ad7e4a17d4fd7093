import { generateKeyPairSync } from "node:crypto";
import { api, installCauseway, type Provider } from "./causeway.ts";
import type { FanOutFloor } from "./floors/fan-out.ts";
import { openFolder } from "./folder.ts";
import { addFollowers, type Following, sinkHost } from "./followers.ts";
import { createOfNote } from "./load/note.ts";
import type { Sink } from "./load/sink.ts";
import type { FedifyPeer, Setting } from "./peers/fedify.ts";
import { startWorker, type Worker } from "./worker.ts";

/** Sends a memo with this marker in its text. */
export type Send = (marker: string) => Promise<unknown>;

/** A thousand hosts with followers, and the three senders: Causeway, the floor and Fedify. */
export interface FanOutScene extends AsyncDisposable {
	readonly sink: Worker<Sink>;
	readonly floor: Worker<FanOutFloor>;
	readonly fedify: Worker<FedifyPeer>;
	readonly server: { readonly pid: number };
	readonly configFile: string;
	/** Posts as one of the accounts. */
	byCauseway(handle: string): Send;
	byFloor(atOnce: number): Send;
	byFedify(setting: Setting, hosts: number): Send;
	/** Sends one memo, and waits until each host has it exactly once with a correct digest. Resolves with the seconds this took. */
	sendOne(hosts: number, send: Send): Promise<number>;
}

/** @param followings the accounts and their followers; the account `bystander`, which is added to them, has no followers */
export async function openFanOut(followings: readonly Following[]): Promise<FanOutScene> {
	const stack = new AsyncDisposableStack();
	const folder = stack.use(openFolder());
	const sink = stack.use(await startWorker<Sink>("load/sink.ts"));
	const floor = stack.use(await startWorker<FanOutFloor>("floors/fan-out.ts"));
	const fedify = stack.use(await startWorker<FedifyPeer>("peers/fedify.ts"));
	const port = await sink.call("open");
	await fedify.call("open");
	await floor.call("open", newKey());

	const causeway = await installCauseway(folder.path);
	const tokens = new Map<string, string>();
	for (const handle of [...followings.map((following) => following.handle), "bystander"]) {
		await causeway.command("user", "add", handle);
		tokens.set(handle, await causeway.command("token", "add", handle));
	}
	await addFollowers(causeway.configFile, port, followings);
	const server = stack.use(await causeway.serve());
	const authors = new Map<string, Send>();
	for (const [handle, token] of tokens) authors.set(handle, await authorOf(causeway, token));
	// Causeway first sends an Accept to every follower.
	await untilCame(
		sink,
		"Accept",
		followings.reduce((sum, { hosts, each }) => sum + hosts * each, 0),
	);

	const inboxes = Array.from({ length: 1000 }, (_, n) => `http://${sinkHost(n, port)}/inbox`);
	let memo = 0;
	return {
		sink,
		floor,
		fedify,
		server,
		configFile: causeway.configFile,
		byCauseway: (handle) => authors.get(handle) as Send,
		byFloor: (atOnce) => (marker) => {
			const [author, mentioned] = [
				"http://localhost:9/users/jane",
				{ id: inboxes[0] as string, address: "jane@localhost:9" },
			];
			return floor.call("send", inboxes, createOfNote({ author, marker, mentioned }), atOnce);
		},
		byFedify: (setting, hosts) => (marker) =>
			fedify.call("send", setting, inboxes.slice(0, hosts), 10, marker, `<p>The marker of this one is ${marker}.</p>`),
		async sendOne(hosts, send) {
			const marker = `memo-${++memo}`;
			const start = Number(process.hrtime.bigint() / 1000n);
			await send(marker);
			const { last, requests, hosts: reached, ids, faults } = await sink.call("arrived", marker, hosts);
			if (requests !== hosts || reached !== hosts || ids !== 1 || faults !== 0)
				throw new Error(
					`${marker} arrived ${requests} times at ${reached} of ${hosts} hosts, under ${ids} ids, with ${faults} faults`,
				);
			return (last - start) / 1e6;
		},
		[Symbol.asyncDispose]: () => stack.disposeAsync(),
	};
}

const newKey = (): string =>
	generateKeyPairSync("rsa", {
		modulusLength: 2048,
		publicKeyEncoding: { type: "spki", format: "pem" },
		privateKeyEncoding: { type: "pkcs8", format: "pem" },
	}).privateKey;

async function authorOf(provider: Provider, token: string): Promise<Send> {
	const { timeline } = await api<{ timeline: { group: string; channel: string } }>(provider, token, "GET", "/api/me");
	const route = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	return (marker) =>
		api(provider, token, "POST", route, {
			type: "memo",
			content: { text: `The marker of this one is ${marker}.`, mime: "text/markdown" },
		});
}

/** @throws {Error} if they don't arrive within five minutes */
async function untilCame(sink: Worker<Sink>, kind: string, count: number): Promise<void> {
	const end = performance.now() + 300_000;
	for (let came = 0; came < count; came = await sink.call("requests", kind)) {
		if (performance.now() > end) throw new Error(`Of ${count} ${kind} activities only ${came} arrived`);
		await new Promise((resolve) => setTimeout(resolve, 200));
	}
}
