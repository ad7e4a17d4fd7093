/** Signs the activities of a round in advance, and then sends them over a fixed number of connections as fast as possible. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { Pool } from "undici";
import { quantile } from "../rounds.ts";
import { serveCalls } from "../serve-calls.ts";
import { createOfNote } from "./note.ts";
import type { Sender } from "./remote-host.ts";
import { type SignedHeaders, signedHeaders, together } from "./signing.ts";

export interface Volley {
	readonly senders: readonly Sender[];
	readonly inbox: string;
	readonly mentioned: { readonly id: string; readonly address: string };
	/** The marker of each activity. */
	readonly markers: readonly string[];
}

export interface Fired {
	readonly seconds: number;
	/** The number of answers by status. */
	readonly statuses: Readonly<Record<number, number>>;
	/** Milliseconds from the request to its answer. */
	readonly p50: number;
	readonly p99: number;
}

interface Ready {
	readonly headers: SignedHeaders;
	readonly body: string;
}

let ready: readonly Ready[] = [];
let target = new URL("http://localhost");
const keys = new Map<string, KeyObject>();

function keyOf({ id, privateKeyPem }: Sender): KeyObject {
	const key = keys.get(id) ?? createPrivateKey(privateKeyPem);
	keys.set(id, key);
	return key;
}

const calls = {
	/** Signs the activities for `fire`. Resolves with the mean size of a body in bytes. */
	async prepare({ senders, inbox, mentioned, markers }: Volley): Promise<number> {
		target = new URL(inbox);
		const signed: Ready[] = [];
		await together(markers.length, 16, async (n) => {
			const sender = senders[n % senders.length] as Sender;
			const body = createOfNote({ author: sender.id, marker: markers[n] as string, mentioned });
			signed[n] = { body, headers: await signedHeaders(target, body, `${sender.id}#main-key`, keyOf(sender)) };
		});
		ready = signed;
		return signed.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0) / signed.length;
	},

	async fire(connections: number): Promise<Fired> {
		const pool = new Pool(target.origin, { connections, pipelining: 1, keepAliveTimeout: 30_000 });
		const statuses: Record<number, number> = {};
		const latencies: number[] = [];
		const start = performance.now();
		await together(ready.length, connections, async (n) => {
			const { headers, body } = ready[n] as Ready;
			const sent = performance.now();
			const answer = await pool.request({ method: "POST", path: target.pathname, headers, body });
			await answer.body.dump();
			latencies.push(performance.now() - sent);
			statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
		});
		const seconds = (performance.now() - start) / 1000;
		await pool.close();
		ready = [];
		latencies.sort((a, b) => a - b);
		return { seconds, statuses, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
	},
};
export type InboxLoad = typeof calls;
serveCalls(calls);
