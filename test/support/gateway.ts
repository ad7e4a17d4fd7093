import path from "node:path";
import { createAccount } from "#core/accounts/create-account.ts";
import { addToken } from "#core/identity/tokens.ts";
import { buildGateway, type Gateway, type GatewayOptions, readConfig } from "../../src/gateway.ts";
import { type MongoPeer, startMongo } from "../peers/mongodb.ts";
import { type Client, createClient } from "./client.ts";
import { freePort } from "./free-port.ts";

/** A provider that runs in this process, on a port of its own, for one test. */
export interface Running extends AsyncDisposable {
	readonly gateway: Gateway;
	readonly origin: string;
	/** `localhost:port` */
	readonly domain: string;
	/** Creates an account with a token. */
	person(handle: string): Promise<Client>;
}

/** @param env further keys, as the environment gives them: `CAUSEWAY_BRIDGES_MATRIX_ENABLED` */
export async function startGateway(
	folder: string,
	env: Readonly<Record<string, string>> = {},
	port?: number,
	options: GatewayOptions = {},
): Promise<Running> {
	const own = port ?? (await freePort());
	const store = await storeOf(own);
	const origin = `http://localhost:${own}`;
	const config = await readConfig(undefined, {
		CAUSEWAY_PUBLIC_URL: origin,
		CAUSEWAY_LISTEN_PORT: String(own),
		CAUSEWAY_DATA_DIR: path.join(folder, `data-${own}`),
		CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "true",
		CAUSEWAY_LOG_LEVEL: "silent",
		CAUSEWAY_LIMITS_SCALE: "100",
		// The event loop is the tests' own, and it may be late.
		CAUSEWAY_LIMITS_WAIT_MS: "60000",
		...store.env,
		...env,
	});
	const gateway = await buildGateway(config, options);
	await gateway.start();
	return {
		gateway,
		origin,
		domain: `localhost:${own}`,
		async person(handle) {
			const account = await createAccount(gateway.context, { handle });
			const token = await addToken(gateway.context, { account: account.id, scopes: ["ofscp"], name: "test" });
			return createClient(origin, `${handle}@localhost:${own}`, token);
		},
		async [Symbol.asyncDispose]() {
			await gateway[Symbol.asyncDispose]();
			await store.stop();
		},
	};
}

interface TestStore {
	readonly env: Readonly<Record<string, string>>;
	stop(): Promise<void>;
}

/** MongoDB servers by the port of their provider, so that a restarted provider finds its data. */
const servers = new Map<number, Promise<MongoPeer>>();

/** SQLite, or a new database on a MongoDB server if `CAUSEWAY_TEST_STORE=mongodb` is set. */
async function storeOf(port: number): Promise<TestStore> {
	if (process.env.CAUSEWAY_TEST_STORE !== "mongodb") return { env: {}, stop: async () => {} };
	const server = servers.get(port) ?? startMongo();
	servers.set(port, server);
	const { url, stop } = await server;
	const named = new URL(url);
	named.pathname = `/causeway-test-${process.pid}-${port}`;
	return {
		env: { CAUSEWAY_STORE_KIND: "mongodb", CAUSEWAY_STORE_URL: named.href },
		async stop() {
			if (servers.delete(port)) await stop();
		},
	};
}
