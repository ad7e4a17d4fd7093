import type { ZodType } from "zod";
import { type Clock, systemClock } from "#core/clock.ts";
import { readEpochs } from "#core/events/epochs.ts";
import { type FailPoints, noFailPoints } from "#core/ports/fail-points.ts";
import type { Logger } from "#core/ports/logger.ts";
import { createEmbeddedBus } from "../bus/embedded.ts";
import { type Config, loadConfig } from "../config.ts";
import { createLogger } from "../log.ts";
import { type BuiltCore, buildCore } from "./core.ts";
import { openDataFolder } from "./data-folder.ts";
import { openIdentity } from "./identity.ts";
import { type InstalledBridges, installedBridges } from "./installed-bridges.ts";
import { openStore } from "./store.ts";
import { openVault } from "./vault.ts";

/** Reads the configuration including the sections of all installed bridges. @throws {ConfigError} with all problems */
export async function readConfig(
	file: string | undefined,
	env: NodeJS.ProcessEnv,
	installed: InstalledBridges = installedBridges(),
): Promise<Config> {
	const schemas: Record<string, ZodType> = {};
	for (const name of installed.names) schemas[name] = await installed.configSchema(name);
	return loadConfig({ env, bridges: schemas, ...(file === undefined ? {} : { file }) });
}

/** The names of the enabled bridges. */
export const enabledBridges = (config: Config): readonly string[] =>
	Object.entries(config.bridges).flatMap(([name, section]) => (section.enabled ? [name] : []));

/** The adapters that tests replace; all have defaults. */
export interface GatewayOptions {
	readonly logger?: Logger;
	readonly clock?: Clock;
	readonly failPoints?: FailPoints;
	readonly installed?: InstalledBridges;
	/** Opens a store that was restored from a backup. */
	readonly acceptsOlder?: true;
	/** The process answers requests, so that it must not wait for the disk. */
	readonly serves?: true;
}

/** The core on an open store: all that a command needs, even while a server runs. */
export interface OpenedCore extends AsyncDisposable, BuiltCore {
	readonly bus: ReturnType<typeof createEmbeddedBus>;
	readonly logger: Logger;
	readonly installed: InstalledBridges;
}

/**
 * Opens the store and builds the core on it. A server can run on the same store at the same time.
 *
 * @throws {SetupError} the data folder can't be used, the store is older than the one that was used here last, or its key is missing
 * @throws {StoreUnavailable} the store can't be opened
 */
export async function openCore(
	config: Config,
	{
		logger = createLogger(config.log),
		clock = systemClock,
		failPoints = noFailPoints,
		installed = installedBridges(),
		acceptsOlder,
		serves,
	}: GatewayOptions = {},
): Promise<OpenedCore> {
	let notBefore = 0;
	// Events must not seem to be from an epoch before the store's own, even if the machine's clock is wrong.
	const logClock: Clock = { now: () => Math.max(clock.now(), notBefore) };
	openDataFolder(config.dataDir);
	await using opening = new AsyncDisposableStack();
	const store = await openStore(config, {
		logger,
		clock: logClock,
		failPoints,
		...(acceptsOlder && { acceptsOlder }),
		...(!serves && { flushesInPlace: true }),
	});
	opening.defer(() => store.close());
	const epochs = await readEpochs(store);
	notBefore = epochs.current.since;
	const vault = await openVault(config.dataDir, store);
	const bus = createEmbeddedBus();
	const built = buildCore({
		origin: config.publicUrl,
		store,
		epochs,
		bus,
		clock,
		logger,
		failPoints,
		vault,
		identity: openIdentity(config, logger),
		policy: {
			editWindowMs: config.messages.editWindowSeconds * 1000,
			textBytes: config.limits.textBytes,
			articleBytes: config.limits.articleBytes,
		},
	});
	opening.move();
	return {
		...built,
		bus,
		logger,
		installed,
		async [Symbol.asyncDispose]() {
			await built.context.identity.background.idle();
			await bus.close();
			await store.close();
		},
	};
}
