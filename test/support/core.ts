import type { ExecutionContext } from "ava";
import { type ReadablePlace, readable } from "#core/access/readable-place.ts";
import { createAccount } from "#core/accounts/create-account.ts";
import type { Incoming } from "#core/bridging/incoming/receive.ts";
import { NotFound } from "#core/errors.ts";
import type { Shadows } from "#core/federation/shadows.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { type Place, placeOf } from "#core/groups/place.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { type NewMessage, postMessage } from "#core/messages/post-message.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import type { TierId } from "#core/model/tier.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import { noFailPoints } from "#core/ports/fail-points.ts";
import type { Lanes } from "#core/ports/lanes.ts";
import { createEmbeddedBus } from "../../src/bus/embedded.ts";
import { buildBridging } from "../../src/gateway/bridging.ts";
import { buildCore } from "../../src/gateway/core.ts";
import { buildLanes, type LanesParts } from "../../src/gateway/lanes.ts";
import { openStore } from "../../src/gateway/store.ts";
import { testIdentity, testVault } from "./identity.ts";
import { silentLogger } from "./silent-logger.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The core on a real store, with a test's bridges and a clock that the test can set. */
export interface Core {
	readonly context: IdentityContext;
	readonly clock: { time: number; now(): number };
	readonly incoming: Incoming;
	readonly shadows: Shadows;
	readonly lanes: Lanes;
	/** Resolves when all pending events have been planned and delivered. */
	settled(): Promise<void>;
	person(handle: string): Promise<Account>;
	/** The timeline of an account, readable by `reader` (default: its owner). */
	timeline(account: Account, reader?: Account): Promise<ReadablePlace>;
	/** Creates a channel in a new group. */
	channel(owner: Account, tier: TierId, name?: string): Promise<ReadablePlace>;
	/** @throws {NotFound} the author may not read the place */
	post(author: Account, place: Place, text: string, rest?: Partial<NewMessage>): Promise<Message>;
}

export async function openCore(
	t: ExecutionContext,
	bridges: readonly Bridge[] = [],
	identity: Parameters<typeof testIdentity>[0] = {},
	delivery: Partial<LanesParts["delivery"]> = {},
): Promise<Core> {
	const folder = await temporaryFolder(t);
	const clock = { time: 1_800_000_000_000, now: () => clock.time };
	const store = await openStore(
		{ store: { kind: "sqlite" }, dataDir: folder },
		{ logger: silentLogger, failPoints: noFailPoints, clock },
	);
	const built = buildCore({
		origin: "https://social.test",
		store,
		bus: createEmbeddedBus(),
		clock,
		logger: silentLogger,
		failPoints: noFailPoints,
		vault: testVault(),
		identity: testIdentity(identity),
		policy: { editWindowMs: 3_600_000, textBytes: 65_536, articleBytes: 524_288 },
	});
	const { context } = built;
	const { incoming, shadows, parkedEvents, targets, pausedLanes } = buildBridging(
		context,
		() => bridges,
		() => lanes,
	);
	await parkedEvents.load();
	const lanes: Lanes = buildLanes({
		core: built,
		bridges: () => bridges,
		targets,
		incoming,
		pausedLanes,
		concurrency: 64,
		delivery: { maxAgeMs: 4 * 86_400_000, ...delivery },
	});
	t.teardown(async () => {
		await lanes.stop();
		await store.close();
	});

	async function readableBy(reader: Account, place: Place | undefined): Promise<ReadablePlace> {
		const known = await readable(context, place, reader);
		if (known === undefined) throw new NotFound();
		return known;
	}
	return {
		context,
		clock,
		incoming,
		shadows,
		lanes,
		settled: () => lanes.idle(),
		person: (handle) => createAccount(context, { handle }),
		timeline: async (account, reader = account) => readableBy(reader, await placeOf(context, account.timeline)),
		async channel(owner, tier, name = "general") {
			const { group } = await createGroup(context, owner, { name: "Dev Guild" }, {});
			const { channel } = await createChannel(context, owner, group, { name, tier }, {});
			return readableBy(owner, { channel, group });
		},
		async post(author, place, text, rest = {}) {
			const fields = { type: "memo", content: { text, mime: "text/plain" }, ...rest } as const;
			return (await postMessage(context, author, await readableBy(author, place), fields, {})).message;
		},
	};
}
