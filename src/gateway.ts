import { accounts } from "#core/accounts/account.ts";
import { createBridgeState } from "#core/bridging/state.ts";
import { startSweeper } from "#core/bridging/sweeper.ts";
import { collections } from "#core/catalogue/collections.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import { migrate } from "#core/catalogue/migrations.ts";
import { describeLead, logLead } from "#core/events/log-times.ts";
import { probeStore } from "#core/events/store-probe.ts";
import { askNumberedPeople } from "#core/federation/numbered-people.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Lanes } from "#core/ports/lanes.ts";
import type { Logger } from "#core/ports/logger.ts";
import type { Config } from "./config.ts";
import { createBridge, fetchPersonBy, openNetwork, version } from "./gateway/bridges.ts";
import { buildBridging } from "./gateway/bridging.ts";
import { buildHttp } from "./gateway/http.ts";
import { buildLanes } from "./gateway/lanes.ts";
import { buildMetrics, hasMetrics, metricsAccessOf } from "./gateway/metrics.ts";
import { enabledBridges, type GatewayOptions, openCore } from "./gateway/open-core.ts";
import { createStoreCheck, logReadiness } from "./gateway/readiness.ts";
import { takeServerLock } from "./gateway/server-lock.ts";
import { createAdmission } from "./http/base/admission.ts";
import { createOperatorsApp } from "./http/operators/app.ts";
import { type Listening, listen } from "./http/server.ts";
import type { Health } from "./http/services.ts";

export { openCommandCore } from "./gateway/bridge-commands.ts";
export { databaseName } from "./gateway/data-folder.ts";
export { freeBytes } from "./gateway/file-trouble.ts";
export { type InstalledBridges, installedBridges } from "./gateway/installed-bridges.ts";
export { enabledBridges, type GatewayOptions, type OpenedCore, openCore, readConfig } from "./gateway/open-core.ts";
export { assertNotHeld, holderOf, takeServerLock } from "./gateway/server-lock.ts";
export { troubleOf } from "./gateway/store-trouble.ts";

/** How long a stop takes at the most, and how long it waits for requests that clients are still sending, in milliseconds. */
const stopMs = 7_000;
const requestGraceMs = 5_000;

const dayMs = 86_400_000;

/** A provider that is built, but has not been started. */
export interface Gateway extends AsyncDisposable {
	readonly context: IdentityContext;
	readonly lanes: Lanes;
	/** Recovers from an earlier crash, opens the port, and resumes unfinished work. */
	start(): Promise<void>;
	/**
	 * Stops accepting connections, waits a while for requests and deliveries to finish, and closes everything. Resolves within
	 * {@link stopMs}, whatever hangs. Idempotent.
	 */
	stop(): Promise<void>;
}

/**
 * Builds a provider with all its parts, without starting it.
 *
 * @throws {StoreUnavailable} if the store can't be opened
 * @throws {SetupError} if a bridge can't be set up, or another server runs on the data folder
 */
export async function buildGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
	const lock = takeServerLock(config.dataDir, "serve");
	try {
		return await buildOn(config, options, lock);
	} catch (error) {
		lock[Symbol.dispose]();
		throw error;
	}
}

async function buildOn(config: Config, options: GatewayOptions, lock: Disposable): Promise<Gateway> {
	await using building = new AsyncDisposableStack();
	const opened = building.use(await openCore(config, { ...options, serves: true }));
	const { context, bus, logger } = opened;
	const { store } = context;
	const network = openNetwork(config);
	const ending = new AbortController();

	const bridges: Bridge[] = [];
	const admission = createAdmission(config.limits);
	const { metrics, countDelivery, countEnded, countDropped } = buildMetrics(
		store,
		() => parkedEvents.amount(),
		admission,
	);
	const bridging = buildBridging(
		context,
		() => bridges,
		() => lanes,
		{ onDropped: countDropped },
	);
	const { incoming, shadows, parkedEvents } = bridging;
	for (const name of enabledBridges(config)) bridges.push(await createBridge(name, config, opened, network, bridging));

	const lanes: Lanes = buildLanes({
		core: opened,
		bridges: () => bridges,
		targets: bridging.targets,
		incoming,
		pausedLanes: bridging.pausedLanes,
		concurrency: config.delivery.lanes,
		delivery: {
			maxAgeMs: config.delivery.maxAgeDays * dayMs,
			sleepAfterMs: config.delivery.sleepAfterDays * dayMs,
			keepDeadMs: config.delivery.keepDeadDays * dayMs,
			onOutcome: countDelivery,
			onEnded: countEnded,
		},
	});

	let state: ReturnType<Health["state"]> = "recovering";
	const health: Health = {
		state: () => state,
		storeTrouble: createStoreCheck({
			probe: () => probeStore(context),
			onChange: (trouble) => logReadiness(logger, trouble),
		}),
		async clockTrouble() {
			const lead = await logLead(context);
			return lead > 0 ? describeLead(lead) : undefined;
		},
	};
	const http = buildHttp({
		context,
		bus,
		bridges,
		shadows,
		http: network.http,
		secrets: createBridgeState(context, "provider!", network.sealing),
		health,
		admission,
		metrics,
		metricsAccess: metricsAccessOf(config),
		limits: config.limits,
		instance: { ...config.instance, version },
		streams: {
			heartbeatSeconds: config.events.heartbeatSeconds,
			perAccount: config.limits.streamsPerAccount,
			inAll: config.limits.streams,
			maxBufferedInAll: config.limits.streamBytes,
		},
		insecureLocalhost: config.federation.insecureLocalhost,
		behindProxy: config.listen.behindProxy,
	});

	let listening: Listening | undefined;
	let monitoring: Listening | undefined;
	let stopped: Promise<void> | undefined;

	async function end(): Promise<void> {
		state = "draining";
		ending.abort();
		// Deliveries end at the same time as requests. They need their bridges until then.
		await Promise.all([listening?.close(requestGraceMs), monitoring?.close(requestGraceMs), lanes.stop()]);
		await Promise.all(bridges.map((bridge) => bridge.stop()));
		admission.close();
		http.close();
		await network.http.close();
		await opened[Symbol.asyncDispose]();
		lock[Symbol.dispose]();
		logger.info({}, "Causeway has stopped");
	}
	const stop = (): Promise<void> => (stopped ??= inTime(end(), logger));
	building.move();

	return {
		context,
		lanes,
		async start() {
			await store.catchUp(foldsOf);
			await migrate(context, ending.signal);
			await parkedEvents.load();
			await bridging.pausedLanes.load();
			for (const bridge of bridges) await bridge.start(ending.signal);
			if (hasMetrics(config)) await metrics.begin();
			if (ending.signal.aborted) return;
			if (config.metrics.port !== 0)
				monitoring = await listen(createOperatorsApp({ context, health, metrics, token: config.metrics.token }), {
					...config.metrics,
					section: "metrics",
				});
			state = "ready";
			listening = await listen(http.app, {
				...config.listen,
				gate: http.gate,
				onConnection: () => admission.connected(),
				connections: config.limits.connections,
				onClosing: () => http.events.close(),
			});
			const { keepRemoteDays } = config.storage;
			const { users } = http.federation;
			const asking = { shadows, users, fetchPerson: fetchPersonBy(bridges) };
			// The stop began before there was anything to close.
			if (ending.signal.aborted) return listening.close(0);
			startSweeper(context, {
				lanes,
				incoming,
				collections,
				...(keepRemoteDays === 0 ? {} : { keepRemoteMs: keepRemoteDays * dayMs }),
				keepDeadMs: config.delivery.keepDeadDays * dayMs,
				chores: [(signal) => askNumberedPeople(context, asking, signal)],
				signal: ending.signal,
			});
			logger.info(
				{ version, port: listening.port, bridges: enabledBridges(config) },
				`Causeway serves ${config.publicUrl}`,
			);
			const lead = await logLead(context);
			if (lead > 0) logger.warn({ leadMs: lead }, `Clock: ${describeLead(lead)}`);
			const [first] = await store.page(accounts, { index: "local", order: "asc", limit: 1 });
			if (first === undefined)
				logger.info(
					{},
					"There are no accounts yet. Create the first one: npm run -s causeway -- user add <handle> --admin",
				);
		},
		stop,
		[Symbol.asyncDispose]: stop,
	};
}

/** Waits for a stop, but no longer than {@link stopMs}: what is acknowledged is durable, and the next start resumes the rest. */
async function inTime(ending: Promise<void>, logger: Logger): Promise<void> {
	const late = Promise.withResolvers<void>();
	const timer = setTimeout(() => {
		logger.warn(
			{ afterMs: stopMs },
			"Causeway stops without waiting any longer; the next start resumes what is unfinished",
		);
		late.resolve();
	}, stopMs);
	try {
		await Promise.race([ending, late.promise]);
	} finally {
		clearTimeout(timer);
	}
}
