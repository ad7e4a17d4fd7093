import type { MatrixConfig } from "./config.ts";
import type { Registration } from "./registration.ts";

/** The homeserver said no, or nothing. */
export class HomeserverError extends Error {
	/** 0: it could not be asked. */
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
	/** The ghost that asks; absent: the bot. */
	readonly as?: string | undefined;
	readonly query?: Readonly<Record<string, string | number>>;
	readonly body?: unknown;
	readonly timeoutMs?: number;
	/** Of the endpoint; `v3` where none is said. */
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
	/** Lets go of what the library keeps running. */
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
 * Speaks to the homeserver through matrix-appservice-bridge: its intents say who asks, we say what and with which transaction
 * id (its own repeat under load, and what it retries it sends twice). It is loaded when the homeserver is first asked.
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

/** A part of a path. */
export const segment = (text: string): string => encodeURIComponent(text);

/** It answered, and the answer was no: asking again would not change it. */
export const isRefusal = (error: unknown): error is HomeserverError =>
	error instanceof HomeserverError && error.status >= 400 && error.status < 500 && ![401, 429].includes(error.status);
