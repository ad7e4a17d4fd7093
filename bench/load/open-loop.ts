/**
 * Sends requests at a fixed rate, whether or not earlier ones have been answered (an open loop), over raw sockets, so that the generator
 * costs as little as possible. Latencies count from the time at which a request was due.
 */
import { connect, type Socket } from "node:net";
import { quantile } from "../rounds.ts";
import { serveCalls } from "../serve-calls.ts";
import { together } from "./signing.ts";

/** A request as it is written. `{n}` stands for the serial number of the request, padded to eight digits. */
export interface Template {
	/** The request line and headers, without Content-Length; lines end in `\r\n`. */
	readonly head: string;
	readonly body: string;
}

export interface Flow {
	readonly name: string;
	/** Used in turn. */
	readonly templates: readonly Template[];
	/** Requests per second. If absent, as many as `connections` can send one after the other (a closed loop). */
	readonly rate?: number;
	/** How many connections are opened at most. */
	readonly connections: number;
	/** Whether every request is sent over a connection of its own. */
	readonly isConnecting?: boolean;
	/** The serial number of the first request. */
	readonly from?: number;
}

export interface Sent {
	readonly name: string;
	readonly sent: number;
	/** The number of responses by status; 0: the connection ended without one. */
	readonly statuses: Readonly<Record<number, number>>;
	/** The serial numbers of the requests that were answered with 2xx. */
	readonly accepted: readonly number[];
	/** Milliseconds from when an accepted request was due to its response. */
	readonly p50: number;
	readonly p99: number;
	readonly most: number;
	/** How many 503 had a Retry-After. */
	readonly withRetryAfter: number;
	/** Accepted requests per second. */
	readonly perSecond: number;
}

interface Pending {
	readonly n: number;
	readonly due: number;
}

class Run {
	readonly statuses: Record<number, number> = {};
	readonly accepted: number[] = [];
	readonly latencies: number[] = [];
	withRetryAfter = 0;
	sent = 0;
	/** The next request of a closed loop, until it ends. */
	next: () => Pending | undefined = () => undefined;
	/** Due requests for which no connection was free. */
	readonly #waiting: Pending[] = [];
	readonly #idle: Line[] = [];
	#lines = 0;
	readonly #flow: Flow;
	readonly #port: number;

	constructor(flow: Flow, port: number) {
		this.#flow = flow;
		this.#port = port;
	}

	get isOver(): boolean {
		return this.#waiting.length === 0 && this.#idle.length === this.#lines;
	}

	bytesOf(n: number): string {
		const { templates } = this.#flow;
		const { head, body } = templates[n % templates.length] as Template;
		const serial = String(n).padStart(8, "0");
		const text = body.replaceAll("{n}", serial);
		const length = body === "" ? "" : `Content-Length: ${Buffer.byteLength(text)}\r\n`;
		return `${head.replaceAll("{n}", serial)}${length}\r\n${text}`;
	}

	send(pending: Pending): void {
		this.sent++;
		const line = this.#idle.pop();
		if (line !== undefined) line.send(pending);
		else if (this.#lines < this.#flow.connections) {
			this.#lines++;
			new Line(this, this.#port).send(pending);
		} else this.#waiting.push(pending);
	}

	done(line: Line, { n, due }: Pending, status: number, head: string): void {
		this.statuses[status] = (this.statuses[status] ?? 0) + 1;
		if (status === 503 && /\r\nretry-after: \d/i.test(head)) this.withRetryAfter++;
		if (status >= 200 && status < 300) {
			this.accepted.push(n);
			this.latencies.push(performance.now() - due);
		}
		if (this.#flow.isConnecting === true) line.close();
		const waiting = this.#waiting.shift();
		if (waiting !== undefined) return line.send(waiting);
		this.#idle.push(line);
		const next = this.next();
		if (next !== undefined) this.send(next);
	}

	close(): void {
		for (const line of this.#idle) line.close();
	}
}

/** One connection, which carries one request at a time. */
class Line {
	readonly #run: Run;
	readonly #port: number;
	#socket: Socket | undefined;
	#pending: Pending | undefined;
	#received = "";

	constructor(run: Run, port: number) {
		this.#run = run;
		this.#port = port;
	}

	send(pending: Pending): void {
		this.#pending = pending;
		this.#received = "";
		this.#socket ??= this.#dial();
		this.#socket.write(this.#run.bytesOf(pending.n), "latin1");
	}

	close(): void {
		this.#socket?.destroy();
		this.#socket = undefined;
	}

	#dial(): Socket {
		const socket = connect(this.#port, "127.0.0.1").setNoDelay(true).setEncoding("latin1");
		socket
			.on("data", (text: string) => this.#read(text))
			.on("error", () => {})
			.on("close", () => {
				if (this.#socket !== socket) return;
				this.#socket = undefined;
				this.#settle(0);
			});
		return socket;
	}

	#read(text: string): void {
		this.#received += text;
		const end = this.#received.indexOf("\r\n\r\n");
		if (end < 0) return;
		const head = this.#received.slice(0, end);
		const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
		if (this.#received.length < end + 4 + length) return;
		if (/\r\nconnection: close/i.test(head)) this.close();
		this.#settle(Number(head.slice(9, 12)));
	}

	#settle(status: number): void {
		const pending = this.#pending;
		if (pending === undefined) return;
		this.#pending = undefined;
		this.#run.done(this, pending, status, this.#received);
	}
}

const tickMs = 2;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function drive(flow: Flow, port: number, seconds: number): Promise<Sent> {
	const run = new Run(flow, port);
	const start = performance.now();
	const elapsed = (): number => (performance.now() - start) / 1000;
	let n = flow.from ?? 0;
	if (flow.rate === undefined) {
		run.next = () => (elapsed() < seconds ? { n: n++, due: performance.now() } : undefined);
		for (let i = 0; i < flow.connections; i++) run.send({ n: n++, due: performance.now() });
		await pause(seconds * 1000);
	} else
		while (elapsed() < seconds) {
			for (; n - (flow.from ?? 0) < elapsed() * flow.rate; n++)
				run.send({ n, due: start + ((n - (flow.from ?? 0)) / flow.rate) * 1000 });
			await pause(tickMs);
		}
	const took = elapsed();
	for (let waited = 0; !run.isOver && waited < 60_000; waited += 20) await pause(20);
	run.close();
	const sorted = run.latencies.toSorted((a, b) => a - b);
	return {
		name: flow.name,
		sent: run.sent,
		statuses: run.statuses,
		accepted: run.accepted,
		p50: quantile(sorted, 0.5),
		p99: quantile(sorted, 0.99),
		most: sorted.at(-1) ?? Number.NaN,
		withRetryAfter: run.withRetryAfter,
		perSecond: run.accepted.length / took,
	};
}

/** The streams that are held. */
const held: Socket[] = [];

/** Resolves with whether the response is 200; the rest of it is never read. */
const openStream = (port: number, { head }: Template): Promise<boolean> =>
	new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1").setEncoding("latin1");
		held.push(socket);
		socket
			.once("data", (text: string) => {
				socket.pause();
				resolve(text.startsWith("HTTP/1.1 200 "));
			})
			.on("error", () => resolve(false))
			.write(`${head}\r\n`);
	});

const calls = {
	/** Opens streams and never reads them. Resolves with how many were answered with 200. */
	async hold(port: number, template: Template, count: number): Promise<number> {
		let opened = 0;
		await together(count, 20, async () => {
			if (await openStream(port, template)) opened++;
		});
		return opened;
	},
	/** Runs all flows at the same time. Resolves when every request has been answered. */
	run: (port: number, seconds: number, flows: readonly Flow[]): Promise<readonly Sent[]> =>
		Promise.all(flows.map((flow) => drive(flow, port, seconds))),
};
export type OpenLoop = typeof calls;
serveCalls(calls);
