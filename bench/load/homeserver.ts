/**
 * The homeserver of B5: it pushes transactions one after the other, each when the one before was answered, as Synapse does,
 * and answers what an application service asks of it in the shapes of the client-server API.
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
	/** One for each event, in its text and its id. */
	readonly markers: readonly string[];
}

export interface Pushed {
	readonly seconds: number;
	/** Milliseconds until a transaction was answered. */
	readonly p50: number;
	readonly p99: number;
}

const senders = 20;
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

/** A room that anybody may join, that is not encrypted, in which everybody may do everything. */
function answerTo(method: string, path: string): object | undefined {
	const [, room] = /\/rooms\/([^/]+)/.exec(path) ?? /\/join\/([^/]+)/.exec(path) ?? [];
	if (path.includes("/state/m.room.encryption")) return undefined;
	if (path.includes("/state/m.room.power_levels") && method === "GET") return { content: { users_default: 100 } };
	if (path.includes("/state/m.room.member/") && method === "GET") return { membership: "join" };
	if (path.includes("/state/m.room.create")) return { sender: "@alice:hs.test", content: { room_version: "11" } };
	if (path.endsWith("/displayname")) return { displayname: "Somebody" };
	if (path.endsWith("/joined_members")) return { joined: {} };
	if (path.endsWith("/messages")) return { chunk: [] };
	if (path.includes("/join")) return { room_id: decodeURIComponent(room ?? "") };
	if (path.includes("/send/") || path.includes("/state/")) return { event_id: `$own${next++}` };
	return {};
}

/** A message as Synapse pushes it. Every fifth is formatted. */
function eventOf(room: string, marker: string, n: number): object {
	const body = `The marker of this one is ${marker}. Whoever stood on the pier that early heard ropes and water.`;
	const formatted = n % 5 === 0 && { format: "org.matrix.custom.html", formatted_body: `<p><em>${body}</em></p>` };
	const sender = `@user${n % senders}:hs.test`;
	return {
		type: "m.room.message",
		room_id: room,
		sender,
		content: { msgtype: "m.text", body, ...formatted, "m.mentions": {} },
		origin_server_ts: Date.now(),
		unsigned: { age: 25 },
		// Since room version 4 an id is a hash: it falls anywhere in an index.
		event_id: `$${hash("sha256", marker, "base64url")}`,
		user_id: sender,
		age: 25,
	};
}

const calls = {
	/** Resolves with its URL. */
	async open(): Promise<string> {
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	},
	/** Writes the transactions that will be pushed. Resolves with the mean size of an event in bytes. */
	prepare(push: Push): number {
		const events = push.markers.map((marker, n) => eventOf(push.room, marker, n));
		const bodies: string[] = [];
		for (let n = 0; n < events.length; n += push.eventsEach)
			bodies.push(JSON.stringify({ events: events.slice(n, n + push.eventsEach) }));
		ready = { push, bodies };
		return bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0) / events.length;
	},
	async push(): Promise<Pushed> {
		if (ready === undefined) throw new Error("Nothing is prepared");
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
