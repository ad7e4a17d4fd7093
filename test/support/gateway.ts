import path from "node:path";
import { createAccount } from "#core/accounts/create-account.ts";
import { addToken } from "#core/accounts/tokens.ts";
import { buildGateway, type Gateway, readConfig } from "../../src/gateway.ts";
import { type Client, createClient } from "./client.ts";
import { freePort } from "./free-port.ts";

/** A provider that runs in this process, on a port of its own, for one test. */
export interface Running extends AsyncDisposable {
	readonly gateway: Gateway;
	readonly origin: string;
	/** `localhost:port` */
	readonly domain: string;
	/** Makes an account with a token. */
	person(handle: string): Promise<Client>;
}

/** @param env further keys, as the environment gives them: `CAUSEWAY_BRIDGES_MATRIX_ENABLED` */
export async function startGateway(
	folder: string,
	env: Readonly<Record<string, string>> = {},
	port?: number,
): Promise<Running> {
	const own = port ?? (await freePort());
	const origin = `http://localhost:${own}`;
	const config = await readConfig(undefined, {
		CAUSEWAY_PUBLIC_URL: origin,
		CAUSEWAY_LISTEN_PORT: String(own),
		CAUSEWAY_DATA_DIR: path.join(folder, `data-${own}`),
		CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "true",
		CAUSEWAY_LOG_LEVEL: "silent",
		CAUSEWAY_LIMITS_SCALE: "100",
		...env,
	});
	const gateway = await buildGateway(config);
	await gateway.start();
	return {
		gateway,
		origin,
		domain: `localhost:${own}`,
		async person(handle) {
			const account = await createAccount(gateway.world, { handle });
			const token = await addToken(gateway.world, { account: account.id, scopes: ["ofscp"], name: "test" });
			return createClient(origin, `${handle}@localhost:${own}`, token);
		},
		[Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
	};
}
