import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { type FakeHomeserver, startFakeHomeserver } from "./fake-homeserver.ts";

/** Starts a homeserver with a provider's registration file installed; `env` configures the provider for it. */
export async function startRegisteredHomeserver(
	folder: string,
	port: number,
): Promise<{ readonly homeserver: FakeHomeserver; readonly env: Readonly<Record<string, string>> }> {
	const [asToken, hsToken, sender] = [randomUUID(), randomUUID(), "_ofscp_bot"];
	const file = path.join(folder, "registration.yaml");
	const ours = (sigil: string) => [{ exclusive: true, regex: `${sigil}_ofscp_.*:hs\\.test` }];
	const registration = {
		id: "causeway",
		url: `http://localhost:${port}`,
		as_token: asToken,
		hs_token: hsToken,
		sender_localpart: sender,
		rate_limited: false,
		namespaces: { users: ours("@"), aliases: ours("#"), rooms: [] },
	};
	// JSON is YAML.
	await writeFile(file, JSON.stringify(registration));
	const bot = `@${sender}:hs.test`;
	const homeserver = await startFakeHomeserver({ serviceUrl: registration.url, asToken, hsToken, bot });
	const env = {
		CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
		CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: homeserver.url,
		CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: homeserver.serverName,
		CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: file,
	};
	return { homeserver, env };
}
