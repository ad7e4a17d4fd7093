import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import {
	type HttpClient,
	OutboundFailure,
	type OutboundRequest,
	type OutboundResponse,
	type OutboundStatus,
	type StreamRequest,
	type StreamResponse,
} from "#core/ports/http-client.ts";
import { decodeBody } from "./decode-body.ts";
import { decodeStream } from "./decode-stream.ts";
import { Exchange, type RawResponse } from "./exchange.ts";
import { wasReused } from "./failure.ts";
import { createAddressRule, guardConnector, guardLookup } from "./guarded-connect.ts";
import { createPeerRules } from "./peer-rules.ts";
import { createPools, type PoolSlot } from "./pools.ts";
import { closeBody, isStream, send, watch } from "./send.ts";
import { StatusExchange } from "./status-exchange.ts";
import { type RawStream, StreamExchange } from "./stream-exchange.ts";
import { buildConnector } from "./undici.ts";

export interface HttpClientOptions {
	/** `host[:port]`; empty: every peer that is not denied. */
	readonly allow?: readonly string[];
	readonly deny?: readonly string[];
	/** Allows http and https to this machine (localhost, 127.0.0.0/8, ::1); http to other hosts stays refused. */
	readonly insecureLocalhost?: boolean;
	/** Default 1 MiB. */
	readonly maxBytes?: number;
	/** Default 10 s. */
	readonly timeoutMs?: number;
	readonly userAgent: string;
	/** For how many origins idle sockets are kept at most; default 2048. */
	readonly maxPools?: number;
	/** Resolves host names; default: the system's resolver. */
	readonly lookup?: LookupFunction;
}

/** How many requests to one origin wait for a socket or a response at most: what strangers cause us to fetch must not fill the memory. */
const maxWaiting = 500;

/** The time limit of a streamed response, from the request to its last byte. */
const streamTimeoutMs = 60_000;

/**
 * The guarded HTTP client (design §9 rule 6): https only, public addresses only, checked on the socket that is really
 * connected; at most two sockets per host. Redirects are left to the caller, who has to sign every hop again.
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
	const { insecureLocalhost = false, timeoutMs = 10_000, maxBytes = 1024 * 1024, userAgent } = options;
	const peerAllowed = createPeerRules(options.allow ?? [], options.deny ?? []);
	const addressAllowed = createAddressRule(insecureLocalhost);
	const lookup = options.lookup ?? systemLookup;
	const pools = createPools(createConnector(), options.maxPools ?? 2048);
	let closed = false;

	function createConnector(): buildConnector.connector {
		const shared = { timeout: timeoutMs, allowH2: false };
		const connectorFor = (protocol: string) =>
			guardConnector(
				buildConnector({ ...shared, lookup: guardLookup(lookup, (address) => addressAllowed(address, protocol)) }),
				addressAllowed,
			);
		const connectors = new Map(["https:", "http:"].map((protocol) => [protocol, connectorFor(protocol)]));
		return (target, callback) => connectors.get(target.protocol)?.(target, callback);
	}

	/** The checks that are the same for every URL of an origin; a slot exists only for origins that passed them. */
	function checkOrigin(url: URL): void {
		if (url.protocol !== "https:" && !(insecureLocalhost && url.protocol === "http:")) {
			throw new OutboundFailure("refused", `${url.protocol} is not allowed`);
		}
		if (!peerAllowed(url)) throw new OutboundFailure("refused", `${url.host} is not an allowed peer`);
		const literal = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
		if (isIP(literal) !== 0 && !addressAllowed(literal, url.protocol)) {
			throw new OutboundFailure("refused", `${url.host} may not be contacted`);
		}
	}

	function slotFor(url: URL): PoolSlot {
		if (closed) throw new OutboundFailure("network", "The client is closed");
		checkCredentials(url);
		const { origin } = url;
		const known = pools.get(origin);
		if (known !== undefined && known.inFlight >= maxWaiting)
			throw new OutboundFailure("busy", "Too many requests wait for this host");
		if (known !== undefined) return known;
		checkOrigin(url);
		return pools.open(origin);
	}

	function exchange(request: OutboundRequest, slot: PoolSlot, limit: number): Promise<RawResponse> {
		return new Promise((resolve, reject) => {
			const run = new Exchange(
				limit,
				(answer) => {
					over();
					slot.answeredAt = performance.now();
					resolve(answer);
				},
				(failure) => {
					over();
					reject(failure);
				},
			);
			const over = watch(run, request.signal, slot, request.timeoutMs ?? timeoutMs);
			send(request, slot, userAgent, run);
		});
	}

	function exchangeStatus(request: OutboundRequest, slot: PoolSlot): Promise<OutboundStatus> {
		return new Promise((resolve, reject) => {
			const answered = (answer: OutboundStatus): void => {
				slot.answeredAt = performance.now();
				resolve(answer);
			};
			const run = new StatusExchange(answered, reject, () => over());
			const over = watch(run, request.signal, slot, request.timeoutMs ?? timeoutMs);
			send(request, slot, userAgent, run);
		});
	}

	function exchangeStream(request: StreamRequest, slot: PoolSlot, limit: number): Promise<RawStream> {
		// Sending a streamed body may take longer than the time limit for a response.
		const limits = { maxBytes: limit, idleMs: request.idleMs ?? timeoutMs, sendsAtOnce: !isStream(request.body) };
		return new Promise((resolve, reject) => {
			const answered = (answer: RawStream): void => {
				slot.answeredAt = performance.now();
				resolve(answer);
			};
			const run = new StreamExchange(limits, answered, reject, () => over());
			const over = watch(run, request.signal, slot, request.timeoutMs ?? streamTimeoutMs);
			send(request, slot, userAgent, run);
		});
	}

	/**
	 * The peer may close a kept-alive socket at the moment when it is used again. A GET is then repeated once on a new socket.
	 * Other requests may have been processed, so they fail and the caller decides.
	 */
	async function withRetry<R extends OutboundRequest, A>(
		request: R,
		attempt: (request: R, slot: PoolSlot, limit: number) => Promise<A>,
	): Promise<A> {
		const limit = request.maxBytes ?? maxBytes;
		try {
			return await attempt(request, slotFor(request.url), limit);
		} catch (error) {
			closeBody(request.body);
			const isLostSocket = error instanceof OutboundFailure && error.kind === "network" && wasReused(error);
			if (request.method !== "GET" || !isLostSocket || request.signal?.aborted === true) throw error;
			return attempt(request, slotFor(request.url), limit);
		}
	}

	return {
		check(url) {
			checkCredentials(url);
			checkOrigin(url);
		},
		async request(request): Promise<OutboundResponse> {
			const answer = await withRetry(request, exchange);
			const coding = codingOf(answer);
			if (coding === undefined || answer.body.length === 0) return answer;
			return { ...answer, body: await decodeBody(answer.body, coding, request.maxBytes ?? maxBytes) };
		},
		deliver: (request) => withRetry(request, exchangeStatus),
		async stream(request): Promise<StreamResponse> {
			const answer = await withRetry(request, exchangeStream);
			const { status, headers, body } = answer;
			const cancel = (): void => void body.destroy(new OutboundFailure("network", "The response was cancelled"));
			const coding = codingOf(answer);
			if (coding === undefined) return { status, headers, body, cancel };
			try {
				return { status, headers, body: decodeStream(body, coding, request.maxBytes ?? maxBytes), cancel };
			} catch (error) {
				cancel();
				throw error;
			}
		},
		async close() {
			closed = true;
			await pools.close();
		},
	};
}

/** The content coding of a response; `undefined` if it has none. */
function codingOf({ headers }: Pick<OutboundResponse, "headers">): string | undefined {
	const coding = headers["content-encoding"];
	return coding === "identity" ? undefined : coding;
}

function checkCredentials(url: URL): void {
	if (url.username !== "" || url.password !== "")
		throw new OutboundFailure("refused", "A URL with credentials is not allowed");
}
