/**
 * The homeserver of B5. Like Synapse, it pushes a transaction when the previous one has been answered. It also answers the requests
 * of an application service to the client-server API.
 */
import { hash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "undici";
import { quantile } from "../rounds.ts";
import { serveCalls } from "../serve-calls.ts";

export interface Push {
	readonly origin: string;
	/** The registration's `hs_token`. */
	readonly token: string;
	readonly room: string;
	readonly eventsEach: number;
	/** One for each event. It is part of the text, and the event id is derived from it. */
	readonly markers: readonly string[];
}

export interface Pushed {
	readonly seconds: number;
	/** Milliseconds from a transaction to its answer. */
	readonly p50: number;
	readonly p99: number;
}

const senders = 20;
/** The messages that the application service has sent, and when the first and the last came, in milliseconds. */
const sent = { count: 0, first: 0, last: 0 };
let next = 1;
let ready: { readonly push: Push; readonly bodies: readonly string[] } | undefined;

const server = createServer((request, response) => {
	request.resume();
	request.on("end", () => {
		const answer = answerTo(request.method ?? "GET", new URL(request.url ?? "/", "http://localhost").pathname);
		response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
		response.end(JSON.stringify(answer ?? { errcode: "M_NOT_FOUND", error: "Not found" }));
	});
});

/** The answers for an open, unencrypted room in which everyone has power level 100. */
function answerTo(method: string, path: string): object | undefined {
	const [, room] = /\/rooms\/([^/]+)/.exec(path) ?? /\/join\/([^/]+)/.exec(path) ?? [];
	if (path.includes("/state/m.room.encryption")) return undefined;
	if (path.includes("/state/m.room.power_levels") && method === "GET") return { content: { users_default: 100 } };
	if (path.includes("/state/m.room.member/") && method === "GET") return { membership: "join" };
	if (path.includes("/state/m.room.create")) return { sender: "@alice:hs.test", content: { room_version: "11" } };
	if (path.endsWith("/displayname")) return { displayname: "Alice" };
	if (path.endsWith("/joined_members")) return { joined: {} };
	if (path.endsWith("/messages")) return { chunk: [] };
	if (path.includes("/join")) return { room_id: decodeURIComponent(room ?? "") };
	if (path.includes("/send/m.room.message/")) {
		sent.last = performance.now();
		if (sent.count++ === 0) sent.first = sent.last;
	}
	if (path.includes("/send/") || path.includes("/state/")) return { event_id: `$own${next++}` };
	return {};
}

/** A message as Synapse pushes it. Every fifth message is formatted. */
function eventOf(room: string, marker: string, n: number): object {
	const body = `The marker of this one is ${marker}. In the early morning the pier smelled of tar, ropes, water.`;
	const formatted = n % 5 === 0 && { format: "org.matrix.custom.html", formatted_body: `<p><em>${body}</em></p>` };
	const sender = `@user${n % senders}:hs.test`;
	return {
		type: "m.room.message",
		room_id: room,
		sender,
		content: { msgtype: "m.text", body, ...formatted, "m.mentions": {} },
		origin_server_ts: Date.now(),
		unsigned: { age: 25 },
		// Since room version 4 an event id is a hash, so its place in an index is random.
		event_id: `$${hash("sha256", marker, "base64url")}`,
		user_id: sender,
		age: 25,
	};
}

const calls = {
	/** Resolves with the URL of the server. */
	async open(): Promise<string> {
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	},
	/** Resolves when `count` messages have come since the last call, with the seconds from the first to the last. */
	async came(count: number): Promise<number> {
		while (sent.count < count) await new Promise((resolve) => setTimeout(resolve, 20));
		sent.count = 0;
		return (sent.last - sent.first) / 1000;
	},
	/** Prepares the transactions for `push`. Resolves with the mean size of an event in bytes. */
	prepare(push: Push): number {
		const events = push.markers.map((marker, n) => eventOf(push.room, marker, n));
		const bodies: string[] = [];
		for (let n = 0; n < events.length; n += push.eventsEach)
			bodies.push(JSON.stringify({ events: events.slice(n, n + push.eventsEach) }));
		ready = { push, bodies };
		return bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / events.length;
	},
	async push(): Promise<Pushed> {
		if (ready === undefined) throw new Error("prepare must be called before push");
		const { push, bodies } = ready;
		const client = new Client(push.origin);
		const headers = { authorization: `Bearer ${push.token}`, "content-type": "application/json" };
		const latencies: number[] = [];
		const start = performance.now();
		for (const body of bodies) {
			const sent = performance.now();
			const answer = await client.request({
				method: "PUT",
				path: `/_matrix/app/v1/transactions/${next++}`,
				headers,
				body,
			});
			const text = await answer.body.text();
			if (answer.statusCode !== 200) throw new Error(`A transaction was answered with ${answer.statusCode}: ${text}`);
			latencies.push(performance.now() - sent);
		}
		const seconds = (performance.now() - start) / 1000;
		await client.close();
		latencies.sort((a, b) => a - b);
		return { seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
	},
};
export type Homeserver = typeof calls;
serveCalls(calls);
