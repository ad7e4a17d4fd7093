import path from "node:path";
import type { ExecutionContext } from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { createWaitingRoom } from "#core/bridging/incoming/parked.ts";
import { createIncoming, type Incoming } from "#core/bridging/incoming/receive.ts";
import { createDeliverer } from "#core/bridging/outgoing/deliver.ts";
import { deliveryLaneName } from "#core/bridging/outgoing/delivery.ts";
import { createOutgoing, outgoingLane } from "#core/bridging/outgoing/outgoing.ts";
import { createTargets } from "#core/bridging/outgoing/targets.ts";
import { collections } from "#core/catalogue/collections.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import { clearUpAfter } from "#core/erasure/delete-account.ts";
import { createLog } from "#core/events/log.ts";
import { createShadows, type Shadows } from "#core/federation/shadows.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { type Place, placeOf } from "#core/groups/place.ts";
import type { IdentityWorld } from "#core/identity/identity.ts";
import { type NewMessage, postMessage } from "#core/messages/post-message.ts";
import type { Account } from "#core/model/account.ts";
import type { Message } from "#core/model/message.ts";
import type { TierId } from "#core/model/tier.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import { noFailPoints } from "#core/ports/fail-points.ts";
import type { Lanes } from "#core/ports/lanes.ts";
import { createEmbeddedBus } from "../../src/bus/embedded.ts";
import { createEmbeddedLanes } from "../../src/lanes/embedded.ts";
import { openSqliteStore } from "../../src/store/sqlite/index.ts";
import { createText } from "../../src/text/text.ts";
import { testIdentity, testVault } from "./identity.ts";
import { silentLogger } from "./silent-logger.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The core on a real store, with the bridges that a test gives it and a clock that it can turn. */
export interface Core {
	readonly world: IdentityWorld;
	readonly clock: { time: number; now(): number };
	readonly incoming: Incoming;
	readonly shadows: Shadows;
	readonly lanes: Lanes;
	/** Resolves when everything that is owed has been planned and delivered. */
	settled(): Promise<void>;
	person(handle: string): Promise<Account>;
	timeline(account: Account): Promise<Place>;
	channel(owner: Account, tier: TierId, name?: string): Promise<Place>;
	post(author: Account, place: Place, text: string, rest?: Partial<NewMessage>): Promise<Message>;
}

export async function openCore(
	t: ExecutionContext,
	bridges: readonly Bridge[] = [],
	identity: Parameters<typeof testIdentity>[0] = {},
): Promise<Core> {
	const folder = await temporaryFolder(t);
	const clock = { time: 1_800_000_000_000, now: () => clock.time };
	const store = await openSqliteStore({
		file: path.join(folder, "core.db"),
		collections,
		failPoints: noFailPoints,
		clock,
	});
	const bus = createEmbeddedBus();
	let wake = (): void => {};
	const world: IdentityWorld = {
		origin: "https://social.test",
		domain: "social.test",
		store,
		log: createLog({ store, bus, folds: foldsOf, onOwed: () => wake() }),
		bus,
		clock,
		text: createText(),
		logger: silentLogger,
		failPoints: noFailPoints,
		vault: testVault(),
		identity: testIdentity(identity),
		policy: { editWindowMs: 3_600_000, textBytes: 65_536, articleBytes: 524_288 },
	};
	const targets = createTargets(world, () => bridges);
	const waiting = createWaitingRoom(world);
	await waiting.load();
	const shadows = createShadows(world);
	const incoming = createIncoming(world, { shadows, waiting, targets });
	const plan = createOutgoing(
		{ world, targets },
		() => lanes,
		(id) => clearUpAfter(world, id),
	);
	const deliver = createDeliverer(world, {
		bridge: (name) => bridges.find((b) => b.name === name),
		maxAgeMs: 4 * 86_400_000,
	});
	const lanes: Lanes = createEmbeddedLanes({
		concurrency: 64,
		clock,
		logger: silentLogger,
		handler: async (lane, signal) => {
			const name = deliveryLaneName(lane);
			return lane === outgoingLane ? plan(signal) : name === undefined ? undefined : deliver(name, signal);
		},
	});
	wake = () => lanes.wake(outgoingLane);
	t.teardown(async () => {
		await lanes.stop();
		await store.close();
	});

	const found = async (place: Promise<Place | undefined>): Promise<Place> => {
		const known = await place;
		if (known === undefined) throw new Error("The place is not there");
		return known;
	};
	return {
		world,
		clock,
		incoming,
		shadows,
		lanes,
		settled: () => lanes.idle(),
		person: (handle) => createAccount(world, { handle }),
		timeline: (account) => found(placeOf(world, account.timeline)),
		async channel(owner, tier, name = "general") {
			const { group } = await createGroup(world, owner, { name: "Dev Guild" }, {});
			const { channel } = await createChannel(world, owner, group, { name, tier }, {});
			return { channel, group };
		},
		async post(author, place, text, rest = {}) {
			const fields = { type: "memo", content: { text, mime: "text/plain" }, ...rest } as const;
			return (await postMessage(world, author, place, fields, {})).message;
		},
	};
}
