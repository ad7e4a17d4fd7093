import { readFileSync } from "node:fs";
import path from "node:path";
import { createBridgeHost } from "#core/bridging/host/host.ts";
import type { AskingParts } from "#core/federation/numbered-people.ts";
import { bridgeName } from "#core/ids.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { HttpClient } from "#core/ports/http-client.ts";
import type { SocketClient } from "#core/ports/socket.ts";
import type { Sealing } from "#core/vault.ts";
import type { Config } from "../config.ts";
import { createHttpClient } from "../outbound/http-client.ts";
import { createSocketClient } from "../outbound/socket.ts";
import type { Bridging } from "./bridging.ts";
import type { OpenedCore } from "./open-core.ts";
import { readVault } from "./vault.ts";

/** The connections to other servers, and the key for stored secrets. */
export interface Network {
	readonly http: HttpClient;
	readonly socket: SocketClient;
	readonly sealing: Sealing;
}

/** Opens the clients for other servers, within the limits of the configuration. */
export const openNetwork = (config: Config): Network => ({
	http: createHttpClient({
		allow: config.federation.allow,
		deny: config.federation.deny,
		insecureLocalhost: config.federation.insecureLocalhost,
		timeoutMs: config.delivery.timeoutMs,
		userAgent: `Causeway/${version} (+${config.publicUrl})`,
	}),
	socket: createSocketClient(config.federation),
	sealing: readVault(config.dataDir),
});

/** The version of Causeway, from its `package.json`. */
export const { version } = JSON.parse(
	readFileSync(path.join(import.meta.dirname, "..", "..", "package.json"), "utf8"),
) as { version: string };

/** Loads a bridge and creates it, without starting it. */
export async function createBridge(
	name: string,
	config: Config,
	{ context, installed }: OpenedCore,
	{ http, socket, sealing }: Network,
	{ incoming, pausedLanes }: Pick<Bridging, "incoming" | "pausedLanes">,
): Promise<Bridge> {
	const module = await installed.load(name);
	const host = createBridgeHost({
		bridge: bridgeName(name),
		context,
		incoming: () => incoming,
		pausedLanes,
		http,
		socket,
		sealing,
		authorizedFetch: config.federation.authorizedFetch,
		instance: {
			name: config.instance.name,
			description: config.instance.description,
			version,
			openRegistration: config.registration.mode === "open",
		},
		limits: {
			bodyBytes: config.limits.bodyBytes,
			jsonDepth: config.limits.jsonDepth,
			jsonNodes: config.limits.jsonNodes,
		},
		report: (state) => context.logger.info({ bridge: name, ...state }, "A bridge reports its state"),
	});
	return module.create(config.bridges[name], host);
}

/** Fetches people by their ids on the networks of the bridges; `undefined` on one that has no such ids, or no bridge. */
export const fetchPersonBy =
	(bridges: readonly Bridge[]): AskingParts["fetchPerson"] =>
	async (name, id) => {
		const find = bridges.find((bridge) => bridge.name === name)?.resolvers.person;
		return find === undefined || find === "unsupported" ? undefined : find(id);
	};
