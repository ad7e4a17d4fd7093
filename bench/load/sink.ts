/**
 * A thousand hosts in one process: every address of 127.0.0.0/8 with its port is a host. It records which activity arrives at which
 * host, checks that each body matches its digest, and delays its answers if requested.
 */
import { hash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { serveCalls } from "../serve-calls.ts";

export interface Arrivals {
	/** Microseconds by the system's monotonic clock. */
	readonly first: number;
	readonly last: number;
	/** How many hosts have received the activity, and how many requests contained it. */
	readonly hosts: number;
	readonly requests: number;
	/** The last arrival at a host that always works. */
	readonly lastGood: number;
	/** How many different ids the activity had. */
	readonly ids: number;
	/** Requests that were not signed, or whose body did not match the digest. */
	readonly faults: number;
}

interface Seen {
	first: number;
	last: number;
	lastGood: number;
	requests: number;
	readonly hosts: Set<string>;
	readonly ids: Set<unknown>;
	waiting: { readonly hosts: number; resolve(): void }[];
}

let delay = 0;
let faults = 0;
const seen = new Map<string, Seen>();
const now = (): number => Number(process.hrtime.bigint() / 1000n);

/** Whether every tenth host hangs, and the one after it answers 503. */
let misbehaves = false;
const hanging = new Set<ServerResponse>();
let port = 0;

/** The number of a host, as in `sinkHost`. */
function hostNumber(host: string): number {
	const [, , high = "", low = ""] = host.split(":", 1)[0]?.split(".") ?? [];
	return Number(high) * 256 + Number(low);
}

/** Answers like a host that is broken; `false` if this host works. */
function isBroken(host: string, response: ServerResponse): boolean {
	const rest = misbehaves ? hostNumber(host) % 10 : -1;
	if (rest === 0) hanging.add(response);
	else if (rest === 1) response.writeHead(503).end();
	return rest === 0 || rest === 1;
}

const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
	const chunks: Buffer[] = [];
	request.on("data", (chunk: Buffer) => chunks.push(chunk));
	request.on("end", () => {
		const at = now();
		const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
		if (
			request.headers["digest"] !== `SHA-256=${hash("sha256", body, "base64")}` ||
			request.headers["signature"] === undefined
		)
			faults++;
		if (isBroken(request.headers.host ?? "", response)) return;
		note(body.toString(), request.headers.host ?? "", at);
		if (delay === 0) response.writeHead(202).end();
		else setTimeout(() => response.writeHead(202).end(), delay);
	});
});

/** Records an activity by the marker in its text, or by its type if it has none. */
function note(body: string, host: string, at: number): void {
	const { id, type } = JSON.parse(body) as { id?: unknown; type?: unknown };
	const marker = /The marker of this one is ([\w-]+)\./.exec(body)?.[1] ?? String(type);
	const arrivals = seenOf(marker);
	arrivals.first = Math.min(arrivals.first, at);
	arrivals.last = at;
	if (hostNumber(host) % 10 > 1) arrivals.lastGood = at;
	arrivals.requests++;
	arrivals.hosts.add(host);
	arrivals.ids.add(id);
	arrivals.waiting = arrivals.waiting.filter((waiter) => {
		if (arrivals.hosts.size < waiter.hosts) return true;
		waiter.resolve();
		return false;
	});
}

function seenOf(marker: string): Seen {
	let arrivals = seen.get(marker);
	if (arrivals === undefined)
		seen.set(
			marker,
			(arrivals = {
				first: Number.POSITIVE_INFINITY,
				last: 0,
				lastGood: 0,
				requests: 0,
				hosts: new Set(),
				ids: new Set(),
				waiting: [],
			}),
		);
	return arrivals;
}

async function listen(): Promise<void> {
	await new Promise<void>((resolve) => server.listen({ port, host: "0.0.0.0", backlog: 4096 }, resolve));
	({ port } = server.address() as AddressInfo);
}

const calls = {
	/** Resolves with the port of the server. */
	async open(): Promise<number> {
		await listen();
		return port;
	},
	/** Stops listening, and closes all connections. */
	async goDown(): Promise<void> {
		const closed = new Promise((resolve) => server.close(resolve));
		server.closeAllConnections();
		await closed;
	},
	/** Listens again, on the same port. */
	comeBack: (): Promise<void> => listen(),
	/** Lets every tenth host hang and the one after it answer 503, or lets all of them work. */
	misbehave(isBad: boolean): void {
		misbehaves = isBad;
		for (const response of hanging) response.destroy();
		hanging.clear();
	},
	/** @param milliseconds between a request's arrival and its answer */
	delayAnswers(milliseconds: number): void {
		delay = milliseconds;
	},
	/** Resolves when `hosts` hosts have received the activity with this marker. */
	async arrived(marker: string, hosts: number): Promise<Arrivals> {
		const arrivals = seenOf(marker);
		if (arrivals.hosts.size < hosts) await new Promise<void>((resolve) => arrivals.waiting.push({ hosts, resolve }));
		const { first, last, lastGood, requests } = arrivals;
		return { first, last, lastGood, requests, hosts: arrivals.hosts.size, ids: arrivals.ids.size, faults };
	},
	/** Resolves when requests with this marker or type have come `count` times. */
	async came(marker: string, count: number): Promise<Pick<Arrivals, "first" | "last">> {
		const arrivals = seenOf(marker);
		while (arrivals.requests < count) await new Promise((resolve) => setTimeout(resolve, 20));
		return arrivals;
	},
	/** The number of requests with this marker or type. */
	requests: (marker: string): number => seen.get(marker)?.requests ?? 0,
	/** Deletes the records. */
	forget(): void {
		seen.clear();
	},
};
export type Sink = typeof calls;
serveCalls(calls);
