import type { MatrixConfig } from "./config.ts";
import type { Registration } from "./registration.ts";

/** The homeserver refused a request, or did not answer. */
export class HomeserverError extends Error {
	/** The HTTP status; 0: there was no answer. */
	readonly status: number;
	readonly errcode: string;
	readonly retryAfterMs: number | undefined;
	constructor(status: number, errcode: string, message: string, retryAfterMs?: number) {
		super(message);
		this.name = "HomeserverError";
		this.status = status;
		this.errcode = errcode;
		this.retryAfterMs = retryAfterMs;
	}
}

export interface HomeserverRequest {
	/** The ghost in whose name the request is made; absent: the bot. */
	readonly as?: string | undefined;
	readonly query?: Readonly<Record<string, string | number>>;
	readonly body?: unknown;
	readonly timeoutMs?: number;
	/** The version of the endpoint; absent: `v3`. */
	readonly version?: "v1";
}

/** The client-server API of the homeserver, as far as an application service uses it. */
export interface Homeserver {
	/** @param path below `/_matrix/client/<version>`, encoded @throws {HomeserverError} */
	request(
		method: "GET" | "POST" | "PUT" | "DELETE",
		path: string,
		request?: HomeserverRequest,
	): Promise<Record<string, unknown>>;
	/** Closes what the library keeps running. */
	close(): Promise<void>;
}

interface SdkClient {
	doRequest(
		method: string,
		path: string,
		query: object,
		body: unknown,
		timeout: number,
	): Promise<Record<string, unknown>>;
}
interface SdkBridge {
	close(): Promise<void>;
	getIntent(user?: string): { readonly matrixClient: SdkClient };
}

/**
 * Sends requests through matrix-appservice-bridge. Its intents select the user; the transaction ids are ours, because those of
 * the library repeat under load and its retries would send twice. The library is loaded with the first request.
 */
export function createHomeserver(config: MatrixConfig, registration: Registration): Homeserver {
	let loading: Promise<SdkBridge> | undefined;

	async function load(): Promise<SdkBridge> {
		const { AppServiceRegistration, Bridge, Logger } = await import("matrix-appservice-bridge");
		Logger.configure({ console: "off" });
		const known = AppServiceRegistration.fromObject(registration as never);
		if (known === null) throw new Error("The registration file can't be used");
		const bridge = new Bridge({
			homeserverUrl: config.homeserverUrl,
			domain: config.serverName,
			registration: known,
			controller: { onEvent() {} },
			disableStores: true,
			intentOptions: {
				bot: { registered: true, dontCheckPowerLevel: true, dontJoin: true },
				clients: { registered: true, dontCheckPowerLevel: true, dontJoin: true },
			},
		});
		await bridge.initialise();
		return bridge as unknown as SdkBridge;
	}

	return {
		async close() {
			await (await loading?.catch(() => undefined))?.close();
		},
		async request(method, path, { as, query = {}, body, timeoutMs = 30_000, version = "v3" } = {}) {
			loading ??= load().catch((error: unknown) => {
				loading = undefined;
				throw error;
			});
			const { matrixClient } = (await loading).getIntent(as);
			try {
				return await matrixClient.doRequest(
					method,
					`/_matrix/client/${version}${path}`,
					query,
					body ?? (method === "GET" ? undefined : {}),
					timeoutMs,
				);
			} catch (error) {
				throw toHomeserverError(error);
			}
		},
	};
}

function toHomeserverError(error: unknown): HomeserverError {
	const { statusCode, errcode, retryAfterMs, body } = error as {
		statusCode?: number;
		errcode?: string;
		retryAfterMs?: number;
		body?: { errcode?: string };
	};
	const message = error instanceof Error ? error.message : "no answer";
	if (statusCode === undefined) return new HomeserverError(0, "", message);
	return new HomeserverError(statusCode, errcode ?? body?.errcode ?? "", message, retryAfterMs);
}

/** Encodes a path segment. */
export const segment = (text: string): string => encodeURIComponent(text);

/** Whether the homeserver refused the request for good, so that repeating it would not help. */
export const isRefusal = (error: unknown): error is HomeserverError =>
	error instanceof HomeserverError && error.status >= 400 && error.status < 500 && ![401, 429].includes(error.status);
