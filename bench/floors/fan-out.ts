/** The floor of B3: a loop over undici's pools with two sockets per host, which signs each request for its host. It has no store. */
import { createPrivateKey, type KeyObject } from "node:crypto";
import { Pool } from "undici";
import { signedHeaders, together } from "../load/signing.ts";
import { serveCalls } from "../serve-calls.ts";

const pools = new Map<string, Pool>();
let key: KeyObject;

function poolOf({ origin }: URL): Pool {
	let pool = pools.get(origin);
	if (pool === undefined)
		pools.set(origin, (pool = new Pool(origin, { connections: 2, pipelining: 1, keepAliveTimeout: 60_000 })));
	return pool;
}

const calls = {
	open(privateKeyPem: string): void {
		key = createPrivateKey(privateKeyPem);
	},
	/** Delivers one body to each inbox, with `atOnce` requests in flight. */
	async send(inboxes: readonly string[], body: string, atOnce: number): Promise<void> {
		await together(inboxes.length, atOnce, async (n) => {
			const url = new URL(inboxes[n] as string);
			const headers = await signedHeaders(url, body, "http://localhost/users/jane#main-key", key);
			const answer = await poolOf(url).request({ method: "POST", path: url.pathname, headers, body });
			await answer.body.dump();
			if (answer.statusCode !== 202) throw new Error(`${url.href} answered ${answer.statusCode}`);
		});
	},
	/** The signatures per second that this machine makes on all cores, measured for `seconds`. */
	async signatures(seconds: number): Promise<number> {
		const url = new URL("http://127.0.2.1/inbox");
		const end = performance.now() + seconds * 1000;
		let signed = 0;
		const line = async (): Promise<void> => {
			for (; performance.now() < end; signed++)
				await signedHeaders(url, "{}", "http://localhost/users/jane#main-key", key);
		};
		await Promise.all(Array.from({ length: 32 }, line));
		return signed / seconds;
	},
};
export type FanOutFloor = typeof calls;
serveCalls(calls);
