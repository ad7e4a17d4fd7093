/**
 * The everyday load of a community, sent at fixed rates whatever the answers take: posts by the API, signed activities, Matrix
 * transactions, reads and pages. A request that has no answer after 10 s is given up and counted.
 */
import { createPrivateKey, hash } from "node:crypto";
import { Pool } from "undici";
import { quantile } from "../rounds.ts";
import { serveCalls } from "../serve-calls.ts";
import { createOfNote } from "./note.ts";
import type { Sender } from "./remote-host.ts";
import { signedHeaders } from "./signing.ts";

export interface Scene {
	readonly origin: string;
	/** An access token of the account that posts and reads. */
	readonly token: string;
	/** The path of the linked channel's messages. */
	readonly messages: string;
	readonly inbox: string;
	readonly mentioned: { readonly id: string; readonly address: string };
	readonly senders: readonly Sender[];
	/** The registration's `hs_token`. */
	readonly homeserverToken: string;
	readonly room: string;
	/** The path of a public page. */
	readonly page: string;
}

export const doors = ["posts", "activities", "events", "reads", "pages", "probes"] as const;
export type DoorName = (typeof doors)[number];

/** Requests per second. */
export type Rates = Readonly<Record<DoorName, number>>;

/** What one door answered since the last time it was asked. */
export interface Answered {
	/** Requests by status; 0: there was no answer. */
	readonly statuses: Readonly<Record<number, number>>;
	readonly p50: number;
	readonly p99: number;
}

interface Request {
	readonly method: "GET" | "POST" | "PUT";
	readonly path: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
}

const patienceMs = 10_000;
let serial = 0;
let scene: Scene | undefined;
let pool: Pool | undefined;
let timer: NodeJS.Timeout | undefined;
const records = new Map<DoorName, { statuses: Record<number, number>; times: number[] }>();

const json = { "content-type": "application/json" };
const sentence = (n: number): string =>
	`The marker of this one is m-${n}. Boats left before it was light; by noon all of them came home.`;

const requests: Readonly<Record<DoorName, (scene: Scene, n: number) => Request | Promise<Request>>> = {
	posts: ({ messages, token }, n) => ({
		method: "POST",
		path: messages,
		headers: { ...json, authorization: `Bearer ${token}` },
		body: JSON.stringify({ type: "memo", content: { text: sentence(n) } }),
	}),
	async activities({ senders, inbox, mentioned }, n) {
		const sender = senders[n % senders.length] as Sender;
		const body = createOfNote({ author: sender.id, marker: `m-${n}`, mentioned });
		const url = new URL(inbox);
		const headers = await signedHeaders(url, body, `${sender.id}#main-key`, createPrivateKey(sender.privateKeyPem));
		return { method: "POST", path: url.pathname, headers, body };
	},
	events: ({ room, homeserverToken }, n) => ({
		method: "PUT",
		path: `/_matrix/app/v1/transactions/soak${n}`,
		headers: { ...json, authorization: `Bearer ${homeserverToken}` },
		body: JSON.stringify({
			events: [
				{
					type: "m.room.message",
					room_id: room,
					sender: `@user${n % 20}:hs.test`,
					content: { msgtype: "m.text", body: sentence(n), "m.mentions": {} },
					origin_server_ts: Date.now(),
					event_id: `$${hash("sha256", `soak${n}`, "base64url")}`,
				},
			],
		}),
	}),
	reads: ({ messages, token }, n) => ({
		method: "GET",
		path: n % 2 === 0 ? "/api/me/timeline" : messages,
		headers: { authorization: `Bearer ${token}` },
	}),
	pages: ({ page }) => ({ method: "GET", path: page, headers: { accept: "text/html" } }),
	probes: () => ({ method: "GET", path: "/healthz" }),
};

async function send(door: DoorName): Promise<void> {
	if (scene === undefined || pool === undefined) return;
	const made = await requests[door](scene, ++serial);
	const start = performance.now();
	const status = await pool
		.request({ ...made, signal: AbortSignal.timeout(patienceMs) })
		.then(async ({ statusCode, body }) => {
			await body.dump();
			return statusCode;
		})
		.catch(() => 0);
	const record = records.get(door) ?? { statuses: {}, times: [] };
	records.set(door, record);
	record.statuses[status] = (record.statuses[status] ?? 0) + 1;
	record.times.push(performance.now() - start);
}

const calls = {
	open(asked: Scene): void {
		scene = asked;
		pool = new Pool(asked.origin, { connections: 64, pipelining: 1, keepAliveTimeout: 30_000 });
	},
	/** Begins to send, until `stop`. */
	start(rates: Rates): void {
		const begun = performance.now();
		const sent: Record<DoorName, number> = { posts: 0, activities: 0, events: 0, reads: 0, pages: 0, probes: 0 };
		timer = setInterval(() => {
			const seconds = (performance.now() - begun) / 1000;
			for (const door of doors) for (; sent[door] < rates[door] * seconds; sent[door]++) void send(door);
		}, 20);
	},
	stop(): void {
		clearInterval(timer);
	},
	/** What the doors answered since the last call. */
	take(): Partial<Record<DoorName, Answered>> {
		const taken = [...records].map(([door, { statuses, times }]) => {
			times.sort((a, b) => a - b);
			return [door, { statuses, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }];
		});
		records.clear();
		return Object.fromEntries(taken) as Partial<Record<DoorName, Answered>>;
	},
};
export type MixedLoad = typeof calls;
serveCalls(calls);
