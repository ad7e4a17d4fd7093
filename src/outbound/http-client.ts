import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { isIP } from "node:net";
import {
	type HttpClient,
	OutboundFailure,
	type OutboundRequest,
	type OutboundResponse,
} from "#core/ports/http-client.ts";
import { decodeBody } from "./decode-body.ts";
import { Exchange, type RawAnswer, toFailure } from "./exchange.ts";
import { createAddressRule, guardConnector, guardLookup } from "./guarded-connect.ts";
import { createPeerRules } from "./peer-rules.ts";
import { createPools, type PoolSlot } from "./pools.ts";
import { buildConnector } from "./undici.ts";

export interface HttpClientOptions {
	/** `host[:port]`; empty: everyone who is not denied. */
	readonly allow?: readonly string[];
	readonly deny?: readonly string[];
	/** Opens http and https to this machine (localhost, 127.0.0.0/8, ::1), and http to nowhere else. */
	readonly insecureLocalhost?: boolean;
	/** Default 1 MiB. */
	readonly maxBytes?: number;
	/** Default 10 s. */
	readonly timeoutMs?: number;
	readonly userAgent: string;
	/** Origins to which sockets are kept at most, beyond those in use; default 2048. */
	readonly maxPools?: number;
	/** Resolves names; default the system's. */
	readonly lookup?: LookupFunction;
}

/**
 * The guarded HTTP client (design §9 rule 6): https only, public addresses only, checked on the socket that is really
 * connected; at most two sockets per host; redirects are the caller's, who signs every hop anew.
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

	/** What holds for every URL of an origin; a slot exists only for origins that have passed. */
	function checkOrigin(url: URL): void {
		if (url.protocol !== "https:" && !(insecureLocalhost && url.protocol === "http:")) {
			throw new OutboundFailure("refused", `${url.protocol} is not allowed`);
		}
		if (!peerAllowed(url)) throw new OutboundFailure("refused", `${url.host} is not a peer`);
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
		if (known !== undefined) return known;
		checkOrigin(url);
		return pools.open(origin);
	}

	function exchange(request: OutboundRequest, slot: PoolSlot, limit: number): Promise<RawAnswer> {
		const { signal } = request;
		return new Promise((resolve, reject) => {
			const run = new Exchange(
				limit,
				(answer) => settle(resolve, answer),
				(failure) => settle(reject, failure),
			);
			const timer = setTimeout(expire, request.timeoutMs ?? timeoutMs, run);
			const abort = () =>
				run.fail(new OutboundFailure("network", "The request was given up", { cause: signal?.reason }));
			slot.inFlight++;

			function settle<T>(done: (value: T) => void, value: T): void {
				clearTimeout(timer);
				signal?.removeEventListener("abort", abort);
				slot.inFlight--;
				done(value);
			}

			if (signal?.aborted) return abort();
			signal?.addEventListener("abort", abort, { once: true });
			try {
				slot.pool.dispatch(
					{
						method: request.method,
						path: request.url.pathname + request.url.search,
						headers: headerList(request.headers, userAgent),
						body: request.body ?? null,
					},
					run,
				);
			} catch (error) {
				run.fail(toFailure(error));
			}
		});
	}

	/**
	 * A socket that was kept may be closed by the other side at the very moment that it is used again. What only reads is asked
	 * once more on a new one; whether what writes has been read nobody knows, and its sender decides.
	 */
	async function exchangeSafely(request: OutboundRequest, limit: number): Promise<RawAnswer> {
		try {
			return await exchange(request, slotFor(request.url), limit);
		} catch (error) {
			const isLostSocket = error instanceof OutboundFailure && error.kind === "network" && wasReused(error);
			if (request.method !== "GET" || !isLostSocket || request.signal?.aborted === true) throw error;
			return exchange(request, slotFor(request.url), limit);
		}
	}

	return {
		check(url) {
			checkCredentials(url);
			checkOrigin(url);
		},
		async request(request): Promise<OutboundResponse> {
			const limit = request.maxBytes ?? maxBytes;
			const answer = await exchangeSafely(request, limit);
			const coding = answer.headers["content-encoding"];
			if (coding === undefined || coding === "identity" || answer.body.length === 0) return answer;
			return { ...answer, body: await decodeBody(answer.body, coding, limit) };
		},
		async close() {
			closed = true;
			await pools.close();
		},
	};
}

/** The connection was there, and ended: not one that could not be made. */
function wasReused({ cause }: OutboundFailure): boolean {
	const { code } = (cause ?? {}) as { code?: string };
	return code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE";
}

function expire(run: Exchange): void {
	run.fail(new OutboundFailure("timeout", "The answer did not come in time"));
}

function checkCredentials(url: URL): void {
	if (url.username !== "" || url.password !== "")
		throw new OutboundFailure("refused", "A URL with credentials is not allowed");
}

/** Flat, as undici takes it fastest. `host` is left out: it follows from the URL, and TLS would check the certificate against it. */
function headerList(headers: Readonly<Record<string, string>>, userAgent: string): string[] {
	const list: string[] = [];
	let hasAgent = false;
	let hasCoding = false;
	for (const name in headers) {
		const value = headers[name];
		const lower = name.toLowerCase();
		if (value === undefined || lower === "host") continue;
		hasAgent ||= lower === "user-agent";
		hasCoding ||= lower === "accept-encoding";
		list.push(lower, value);
	}
	if (!hasAgent) list.push("user-agent", userAgent);
	if (!hasCoding) list.push("accept-encoding", "identity");
	return list;
}
