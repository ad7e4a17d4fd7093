import { readFileSync } from "node:fs";
import path from "node:path";
import { createBridgeHost } from "#core/bridging/host/host.ts";
import type { Incoming } from "#core/bridging/incoming/receive.ts";
import { type BridgeName, bridgeName } from "#core/ids.ts";
import type { Reach } from "#core/model/reach.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { HttpClient } from "#core/ports/http-client.ts";
import type { SocketClient } from "#core/ports/socket.ts";
import type { Sealing } from "#core/vault.ts";
import type { BridgeModule } from "../bridge-kit/index.ts";
import type { Config } from "../config.ts";
import { createHttpClient } from "../outbound/http-client.ts";
import { createSocketClient } from "../outbound/socket.ts";
import { later } from "./later.ts";
import { openVault } from "./vault.ts";
import { bridgesFolder, enabledBridges, type OpenedWorld } from "./world.ts";

export interface Network {
	readonly http: HttpClient;
	readonly socket: SocketClient;
	readonly sealing: Sealing;
}

export const openNetwork = (config: Config): Network => ({
	http: createHttpClient({
		allow: config.federation.allow,
		deny: config.federation.deny,
		insecureLocalhost: config.federation.insecureLocalhost,
		timeoutMs: config.delivery.timeoutMs,
		userAgent: `Causeway/${version} (+${config.publicUrl})`,
	}),
	socket: createSocketClient(config.federation),
	sealing: openVault(config.dataDir),
});

export const { version } = JSON.parse(
	readFileSync(path.join(import.meta.dirname, "..", "..", "package.json"), "utf8"),
) as { version: string };

/** Loads a bridge and builds its running half. */
export async function createBridge(
	name: string,
	config: Config,
	{ world }: OpenedWorld,
	{ http, socket, sealing }: Network,
	incoming: () => Incoming,
): Promise<Bridge> {
	const { default: module } = (await import(path.join(bridgesFolder, name, "index.ts"))) as {
		default: BridgeModule<unknown>;
	};
	const host = createBridgeHost({
		bridge: bridgeName(name),
		world,
		incoming,
		http,
		socket,
		sealing,
		instance: {
			name: config.instance.name,
			description: config.instance.description,
			version,
			openRegistration: config.registration.mode === "open",
		},
		limits: {
			bodyBytes: config.limits.bodyBytes,
			batchBytes: config.limits.matrixBodyBytes,
			jsonDepth: config.limits.jsonDepth,
			jsonNodes: config.limits.jsonNodes,
		},
		report: (state) => world.logger.info({ bridge: name, ...state }, "A bridge reports its state"),
	});
	return module.create(config.bridges[name], host);
}

/** What a bridge makes of the name of a room, asked without starting it. @throws {Error} the bridge is not enabled */
export async function resolveRoom(
	opened: OpenedWorld,
	config: Config,
	bridge: BridgeName,
	room: string,
): Promise<Reach | undefined> {
	if (!enabledBridges(config).includes(bridge))
		throw new Error(`The bridge ${bridge} is not enabled: set bridges.${bridge}.enabled`);
	const network = openNetwork(config);
	const created = await createBridge(bridge, config, opened, network, later<Incoming>("incoming").get);
	try {
		return await created.resolveRoom?.(room);
	} finally {
		await created.stop();
		await network.http.close();
	}
}

/** The registration file of the application service (Matrix AS v1.19). */
export async function matrixRegistration(config: Config): Promise<string> {
	const { createRegistration } = await import("../../bridges/matrix/registration.ts");
	return createRegistration({
		publicUrl: config.publicUrl,
		...(config.bridges.matrix as unknown as { serverName: string; prefix: string }),
	});
}
