import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ZodType } from "zod";
import { accounts } from "#core/accounts/account.ts";
import { createIncoming } from "#core/bridging/incoming/receive.ts";
import { createWaitingRoom } from "#core/bridging/incoming/parked.ts";
import { createBridgeHost } from "#core/bridging/host.ts";
import { createDeliverer } from "#core/bridging/outgoing/deliver.ts";
import { deliveryLane, deliveryLaneName } from "#core/bridging/outgoing/delivery.ts";
import { lanesWithDeliveries } from "#core/bridging/outgoing/open-lanes.ts";
import { createOutgoing, outgoingLane } from "#core/bridging/outgoing/outgoing.ts";
import { createTargets } from "#core/bridging/outgoing/targets.ts";
import { createSealing } from "#core/bridging/sealing.ts";
import { createShadows } from "#core/bridging/shadows.ts";
import { createBridgeState, type Sealing } from "#core/bridging/state.ts";
import { startSweeper } from "#core/bridging/sweeper.ts";
import { type Clock, systemClock } from "#core/clock.ts";
import { collections } from "#core/collections.ts";
import { foldsOf } from "#core/events/folds.ts";
import { createLog } from "#core/events/log.ts";
import { type BridgeName, bridgeName } from "#core/ids.ts";
import type { Bridge, Reach } from "#core/ports/bridge.ts";
import { type FailPoints, noFailPoints } from "#core/ports/fail-points.ts";
import type { HttpClient } from "#core/ports/http-client.ts";
import type { Lanes } from "#core/ports/lanes.ts";
import type { Logger } from "#core/ports/logger.ts";
import type { Store } from "#core/ports/store.ts";
import type { World } from "#core/world.ts";
import type { BridgeModule } from "./bridge-kit/index.ts";
import { createEmbeddedBus } from "./bus/embedded.ts";
import { type Config, domainOf, loadConfig } from "./config.ts";
import { createEmbeddedLanes } from "./lanes/embedded.ts";
import { createLogger } from "./log.ts";
import { createHttpClient } from "./outbound/http-client.ts";
import { createText } from "./text/text.ts";

/** A part of the program that another part can reach only after both are built. */
function later<T>(what: string): { set(value: T): void; get(): T } {
	let held: T | undefined;
	return {
		set(value) {
			held = value;
		},
		get() {
			if (held === undefined) throw new Error(`${what} is used before it is built`);
			return held;
		},
	};
}

/** Every bridge is a folder; its name is its key in the configuration. */
const bridgesFolder = path.join(import.meta.dirname, "..", "bridges");
const bridgeFolders = (): readonly string[] => readdirSync(bridgesFolder).filter((name) => existsSync(path.join(bridgesFolder, name, "config.ts")));

/** Reads the configuration, each bridge's own keys included. @throws {ConfigError} */
export async function readConfig(file: string | undefined, env: NodeJS.ProcessEnv): Promise<Config> {
	const schemas: Record<string, ZodType> = {};
	for (const name of bridgeFolders()) {
		schemas[name] = ((await import(path.join(bridgesFolder, name, "config.ts"))) as { configSchema: ZodType }).configSchema;
	}
	return loadConfig({ env, bridges: schemas, ...(file === undefined ? {} : { file }) });
}

/** The names of the bridges that the configuration turns on. */
export const enabledBridges = (config: Config): readonly string[] => Object.entries(config.bridges).flatMap(([name, section]) => (section.enabled ? [name] : []));

/** What differs between a provider that runs for its people and one in a test. */
export interface Surroundings {
	readonly logger?: Logger;
	readonly clock?: Clock;
	readonly failPoints?: FailPoints;
}

/** The store and what every use case needs: all that a command needs beside a server that runs. */
export interface OpenedWorld extends AsyncDisposable {
	readonly world: World;
	readonly bus: ReturnType<typeof createEmbeddedBus>;
	readonly logger: Logger;
	/** Called for each commit that leaves something to do; set by whoever does it. */
	onOwed(wake: () => void): void;
}

async function openStore(config: Config, failPoints: FailPoints, clock: Clock): Promise<Store> {
	const options = { collections, failPoints, clock };
	if (config.store.kind === "mongodb") {
		const { openMongoStore } = await import("./store/mongodb/index.ts");
		return openMongoStore({ url: config.store.url, ...options });
	}
	const { openSqliteStore } = await import("./store/sqlite/index.ts");
	mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
	return openSqliteStore({ file: path.join(config.dataDir, "causeway.db"), ...options });
}

/** Opens the store and builds the core on it. Works beside a server that runs. */
export async function openWorld(config: Config, { logger = createLogger(config.log), clock = systemClock, failPoints = noFailPoints }: Surroundings = {}): Promise<OpenedWorld> {
	const store = await openStore(config, failPoints, clock);
	const bus = createEmbeddedBus();
	let wake = (): void => {};
	const world: World = {
		origin: config.publicUrl,
		domain: domainOf(config.publicUrl),
		store,
		log: createLog({ store, bus, onOwed: () => wake() }),
		clock,
		text: createText(),
		logger,
		failPoints,
		policy: { editWindowMs: config.messages.editWindowSeconds * 1000, textBytes: config.limits.textBytes, articleBytes: config.limits.articleBytes },
	};
	return {
		world,
		bus,
		logger,
		onOwed(callback) {
			wake = callback;
		},
		async [Symbol.asyncDispose]() {
			await bus.close();
			await store.close();
		},
	};
}

/** The key that seals secrets at rest: made at the first start, readable by nobody else (design §9 rule 6). */
function openSealing(dataDir: string): Sealing {
	const folder = path.join(dataDir, "keys");
	const file = path.join(folder, "secrets.key");
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	try {
		writeFileSync(file, randomBytes(32).toString("base64"), { mode: 0o600, flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	const key = Buffer.from(readFileSync(file, "utf8"), "base64");
	if (key.length !== 32) throw new Error(`${file} does not hold a key of 32 bytes; without it the stored secrets can't be read`);
	return createSealing(key);
}

interface Network {
	readonly http: HttpClient;
	readonly sealing: Sealing;
}

const openNetwork = (config: Config): Network => ({
	http: createHttpClient({
		allow: config.federation.allow,
		deny: config.federation.deny,
		insecureLocalhost: config.federation.insecureLocalhost,
		timeoutMs: config.delivery.timeoutMs,
		userAgent: `Causeway/${version} (+${config.publicUrl})`,
	}),
	sealing: openSealing(config.dataDir),
});

const { version } = JSON.parse(readFileSync(path.join(import.meta.dirname, "..", "package.json"), "utf8")) as { version: string };

async function createBridge(name: string, config: Config, { world }: OpenedWorld, { http, sealing }: Network, incoming: () => ReturnType<typeof createIncoming>): Promise<Bridge> {
	const { default: module } = (await import(path.join(bridgesFolder, name, "index.ts"))) as { default: BridgeModule<unknown> };
	const host = createBridgeHost({
		name: bridgeName(name),
		world,
		incoming,
		http,
		sealing,
		instance: { name: config.instance.name, description: config.instance.description, version, openRegistration: config.registration.mode === "open" },
		limits: { bodyBytes: config.limits.bodyBytes, jsonDepth: config.limits.jsonDepth, jsonNodes: config.limits.jsonNodes },
		report: (state) => world.logger.info({ bridge: name, ...state }, "A bridge reports its state"),
	});
	return module.create(config.bridges[name], host);
}

/** What a bridge makes of the name of a room, asked without starting it. @throws {Error} the bridge is not enabled */
export async function resolveRoom(opened: OpenedWorld, config: Config, bridge: BridgeName, room: string): Promise<Reach | undefined> {
	if (!enabledBridges(config).includes(bridge)) throw new Error(`The bridge ${bridge} is not enabled: set bridges.${bridge}.enabled`);
	const network = openNetwork(config);
	try {
		const created = await createBridge(bridge, config, opened, network, later<ReturnType<typeof createIncoming>>("incoming").get);
		return await created.resolveRoom?.(room);
	} finally {
		await network.http.close();
	}
}

/** The registration file of the application service (Matrix AS v1.19). */
export async function matrixRegistration(config: Config): Promise<string> {
	const { createRegistration } = await import("../bridges/matrix/registration.ts");
	return createRegistration({ publicUrl: config.publicUrl, ...(config.bridges.matrix as unknown as { serverName: string; prefix: string }) });
}

/** A provider, built and at rest until it is started. */
export interface Gateway extends AsyncDisposable {
	readonly world: World;
	readonly lanes: Lanes;
	/** Where it listens; known once it is started. */
	readonly port: number;
	/** Recovers, then opens the port, then takes up what was left behind. */
	start(): Promise<void>;
	/** Stops accepting, lets what is under way finish, ends. */
	stop(): Promise<void>;
}

/** Builds everything, in the order of dependency. Nothing runs yet. */
export async function buildGateway(config: Config, surroundings: Surroundings = {}): Promise<Gateway> {
	const opened = await openWorld(config, surroundings);
	const { world, bus, logger } = opened;
	const { store, clock } = world;
	const network = openNetwork(config);
	const ending = new AbortController();

	const bridges: Bridge[] = [];
	const targets = createTargets(world, () => bridges);
	const waiting = createWaitingRoom(world);
	const shadows = createShadows(world);
	const incoming = createIncoming(world, { shadows, waiting, targets });
	for (const name of enabledBridges(config)) bridges.push(await createBridge(name, config, opened, network, () => incoming));

	const lanesLater = later<Lanes>("lanes");
	const plan = createOutgoing({ world, targets }, lanesLater.get);
	const deliver = createDeliverer(world, {
		bridge: (name) => bridges.find((bridge) => bridge.name === name),
		maxAgeMs: config.delivery.maxAgeDays * 86_400_000,
	});
	const lanes = createEmbeddedLanes({
		concurrency: config.delivery.lanes,
		clock,
		logger,
		async handler(lane, signal) {
			if (lane === outgoingLane) return plan(signal);
			const name = deliveryLaneName(lane);
			return name === undefined ? undefined : deliver(name, signal);
		},
	});
	lanesLater.set(lanes);
	opened.onOwed(() => lanes.wake(outgoingLane));

	return {} as Gateway;
}
