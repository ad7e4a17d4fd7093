import { mkdirSync } from "node:fs";
import path from "node:path";
import type { ZodType } from "zod";
import { collections } from "#core/catalogue/collections.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import { type Clock, systemClock } from "#core/clock.ts";
import { createLog } from "#core/events/log.ts";
import type { IdentityWorld } from "#core/identity/identity.ts";
import { type FailPoints, noFailPoints } from "#core/ports/fail-points.ts";
import type { Logger } from "#core/ports/logger.ts";
import type { Store } from "#core/ports/store.ts";
import { createEmbeddedBus } from "../bus/embedded.ts";
import { type Config, domainOf, loadConfig } from "../config.ts";
import { createLogger } from "../log.ts";
import { createText } from "../text/text.ts";
import { openIdentity } from "./identity.ts";
import { type InstalledBridges, installedBridges } from "./installed-bridges.ts";
import { openVault } from "./vault.ts";

/** Reads the configuration, each bridge's own keys included. @throws {ConfigError} */
export async function readConfig(
	file: string | undefined,
	env: NodeJS.ProcessEnv,
	installed: InstalledBridges = installedBridges(),
): Promise<Config> {
	const schemas: Record<string, ZodType> = {};
	for (const name of installed.names) schemas[name] = await installed.configSchema(name);
	return loadConfig({ env, bridges: schemas, ...(file === undefined ? {} : { file }) });
}

/** The names of the bridges that the configuration turns on. */
export const enabledBridges = (config: Config): readonly string[] =>
	Object.entries(config.bridges).flatMap(([name, section]) => (section.enabled ? [name] : []));

/** What differs between a provider that runs for its people and one in a test. */
export interface Surroundings {
	readonly logger?: Logger;
	readonly clock?: Clock;
	readonly failPoints?: FailPoints;
	readonly installed?: InstalledBridges;
}

/** The store and what every use case needs: all that a command needs beside a server that runs. */
export interface OpenedWorld extends AsyncDisposable {
	readonly world: IdentityWorld;
	readonly bus: ReturnType<typeof createEmbeddedBus>;
	readonly logger: Logger;
	readonly installed: InstalledBridges;
	/** Called for each commit that leaves something to do; set by whoever does it. */
	onOwed(wake: () => void): void;
}

async function openStore(
	config: Config,
	{ failPoints, clock, logger }: Required<Omit<Surroundings, "installed">>,
): Promise<Store> {
	const options = { collections, failPoints, clock };
	if (config.store.kind === "mongodb") {
		const { openMongoStore } = await import("../store/mongodb/index.ts");
		return openMongoStore({ url: config.store.url, logger, ...options });
	}
	const { openSqliteStore } = await import("../store/sqlite/index.ts");
	mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
	return openSqliteStore({ file: path.join(config.dataDir, "causeway.db"), ...options });
}

/** Opens the store and builds the core on it. Works beside a server that runs. */
export async function openWorld(
	config: Config,
	{
		logger = createLogger(config.log),
		clock = systemClock,
		failPoints = noFailPoints,
		installed = installedBridges(),
	}: Surroundings = {},
): Promise<OpenedWorld> {
	const store = await openStore(config, { logger, clock, failPoints });
	const bus = createEmbeddedBus();
	let wake = (): void => {};
	const world: IdentityWorld = {
		origin: config.publicUrl,
		domain: domainOf(config.publicUrl),
		store,
		log: createLog({ store, bus, folds: foldsOf, onOwed: () => wake() }),
		bus,
		clock,
		text: createText(),
		logger,
		failPoints,
		vault: openVault(config.dataDir),
		identity: openIdentity(config, logger),
		policy: {
			editWindowMs: config.messages.editWindowSeconds * 1000,
			textBytes: config.limits.textBytes,
			articleBytes: config.limits.articleBytes,
		},
	};
	return {
		world,
		bus,
		logger,
		installed,
		onOwed(callback) {
			wake = callback;
		},
		async [Symbol.asyncDispose]() {
			await world.identity.background.idle();
			await bus.close();
			await store.close();
		},
	};
}
