import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createAccount } from "#core/accounts/create-account.ts";
import { createBridgeState } from "#core/bridging/state.ts";
import { type Clock, systemClock } from "#core/clock.ts";
import { createShadows } from "#core/federation/shadows.ts";
import { addToken } from "#core/identity/tokens.ts";
import type { Account } from "#core/model/account.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import { noFailPoints } from "#core/ports/fail-points.ts";
import type { Logger } from "#core/ports/logger.ts";
import { createEmbeddedBus } from "../../src/bus/embedded.ts";
import { buildCore } from "../../src/gateway/core.ts";
import { buildHttp } from "../../src/gateway/http.ts";
import { openStore } from "../../src/gateway/store.ts";
import { type Admission, createAdmission } from "../../src/http/base/admission.ts";
import { createMetrics } from "../../src/http/operators/metrics.ts";
import { listen } from "../../src/http/server.ts";
import type { AppServices, Limits } from "../../src/http/services.ts";
import { createHttpClient } from "../../src/outbound/http-client.ts";
import type { EventStreamOptions } from "../../src/realtime/sse.ts";
import { testIdentity, testVault } from "../support/identity.ts";
import { silentLogger } from "../support/silent-logger.ts";

const rate = { points: 100_000, seconds: 60 };
/** Limits that no test reaches. */
export const wideLimits: Limits = {
	scale: 1,
	read: rate,
	post: rate,
	manage: rate,
	lookup: rate,
	auth: rate,
	stream: rate,
	inbox: rate,
	oauth: rate,
	register: rate,
	requests: { api: 1000, inbox: 1000, transactions: 1000, pages: 1000, oauth: 1000 },
	waitMs: 60_000,
	connections: 10_000,
	bodyBytes: 1024 * 1024,
	jsonDepth: 64,
	jsonNodes: 10_000,
};

export interface DoorOptions {
	readonly bridges?: readonly Bridge[];
	readonly limits?: Partial<Limits>;
	readonly health?: AppServices["health"];
	readonly logger?: Logger;
	readonly clock?: Clock;
	readonly heartbeatSeconds?: number;
	readonly streams?: Partial<EventStreamOptions>;
	readonly editWindowMs?: number;
	/** Providers with which this one has nothing to do. */
	readonly deny?: readonly string[];
	readonly metricsAccess?: AppServices["metricsAccess"];
	readonly admission?: Admission;
}

export interface Reply {
	readonly status: number;
	readonly headers: Headers;
	// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
	readonly body: any;
	readonly text: string;
}

export interface Ask {
	readonly token?: string | undefined;
	/** Sent as JSON. */
	readonly body?: unknown;
	/** Sent as it is. */
	readonly raw?: string | Buffer;
	readonly headers?: Readonly<Record<string, string>>;
}

export interface Person {
	readonly account: Account;
	readonly token: string;
	/** What the API calls them. */
	readonly address: string;
}

/** A provider's door over real HTTP and a real SQLite store, on a free port. */
export async function openDoor({
	bridges = [],
	limits = {},
	health = { state: () => "ready", storeTrouble: async () => undefined },
	logger = silentLogger,
	clock = systemClock,
	heartbeatSeconds = 15,
	streams = {},
	editWindowMs = 3_600_000,
	deny = [],
	metricsAccess = "open",
	admission = createAdmission({ ...wideLimits, ...limits }),
}: DoorOptions = {}) {
	const folder = await mkdtemp(path.join(tmpdir(), "causeway-door-"));
	const store = await openStore(
		{ store: { kind: "sqlite" }, dataDir: folder },
		{ logger, failPoints: noFailPoints, clock },
	);
	const bus = createEmbeddedBus();
	const { context } = buildCore({
		origin: "http://social.example",
		store,
		bus,
		clock,
		logger,
		failPoints: noFailPoints,
		vault: testVault(),
		identity: testIdentity(),
		policy: { editWindowMs, textBytes: 64 * 1024, articleBytes: 512 * 1024 },
	});
	const shadows = createShadows(context);
	const outbound = createHttpClient({ insecureLocalhost: true, deny, userAgent: "Causeway" });
	const metrics = createMetrics();
	if (metricsAccess !== "closed") await metrics.begin();
	const all = { ...wideLimits, ...limits };
	const http = buildHttp({
		context,
		bus,
		bridges,
		shadows,
		http: outbound,
		secrets: createBridgeState(context, "provider"),
		health,
		metrics,
		metricsAccess,
		admission,
		limits: all,
		instance: { name: "Riverside", description: "A small provider by the river.", contact: "", version: "0.1.0" },
		streams: {
			heartbeatSeconds,
			perAccount: 1000,
			inAll: 10_000,
			maxBufferedInAll: 64 * 1024 * 1024,
			...streams,
		},
		insecureLocalhost: true,
		behindProxy: false,
	});
	const { events } = http;
	const server = await listen(http.app, {
		host: "127.0.0.1",
		port: 0,
		gate: http.gate,
		onConnection: () => admission.connected(),
		connections: all.connections,
		onClosing: () => events.close(),
	});
	const url = `http://127.0.0.1:${server.port}`;

	async function ask(method: string, at: string, { token, body, raw, headers = {} }: Ask = {}): Promise<Reply> {
		const response = await fetch(url + at, {
			method,
			redirect: "manual",
			headers: {
				...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
				...(body === undefined && raw === undefined ? {} : { "content-type": "application/json" }),
				...headers,
			},
			...(body === undefined ? (raw === undefined ? {} : { body: raw as string }) : { body: JSON.stringify(body) }),
		});
		const text = await response.text();
		const isJson = /json/.test(response.headers.get("content-type") ?? "");
		return {
			status: response.status,
			headers: response.headers,
			text,
			body: isJson && text !== "" ? JSON.parse(text) : undefined,
		};
	}

	return {
		url,
		port: server.port,
		context,
		bus,
		events,
		ask,
		async person(handle: string, scopes: readonly string[] = ["ofscp"]): Promise<Person> {
			const account = await createAccount(context, { handle });
			return {
				account,
				token: await addToken(context, { account: account.id, scopes, name: "test" }),
				address: `${handle}@social.example`,
			};
		},
		/** A group of `owner` with one channel. */
		async channel(
			owner: Person,
			fields: object = { tier: "public" },
		): Promise<{ group: string; channel: string; path: string }> {
			const group = (await ask("POST", "/api/groups", { token: owner.token, body: { name: "Dev Guild" } })).body
				.id as string;
			const made = await ask("POST", `/api/groups/${group}/channels`, {
				token: owner.token,
				body: { name: "general", ...fields },
			});
			const channel = made.body.id as string;
			return { group, channel, path: `/api/groups/${group}/channels/${channel}` };
		},
		close,
		[Symbol.asyncDispose]: close,
	};

	async function close(): Promise<void> {
		await server.close(2000);
		admission.close();
		await outbound.close();
		http.close();
		await bus.close();
		await store.close();
		await rm(folder, { recursive: true, force: true });
	}
}

export type Door = Awaited<ReturnType<typeof openDoor>>;
