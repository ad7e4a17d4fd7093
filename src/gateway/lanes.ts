import { parentOfLane } from "#core/bridging/incoming/missing-parents.ts";
import type { Incoming } from "#core/bridging/incoming/receive.ts";
import { createDeliverer, type DeliveryOptions } from "#core/bridging/outgoing/deliver.ts";
import { deliveryLaneName } from "#core/bridging/outgoing/delivery.ts";
import { createOutgoing } from "#core/bridging/outgoing/outgoing.ts";
import type { Targets } from "#core/bridging/outgoing/targets.ts";
import { createErasing } from "#core/erasure/erase.ts";
import { consumerLane, type Marker, streamOfLane } from "#core/events/consumers.ts";
import { createLaneHolds } from "#core/events/lane-holds.ts";
import type { PausedLanes } from "#core/events/paused-lanes.ts";
import { createConsumer } from "#core/events/run-consumer.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Lanes } from "#core/ports/lanes.ts";
import { createEmbeddedLanes } from "../lanes/embedded.ts";
import type { BuiltCore } from "./core.ts";

/** The parts that run in lanes. */
export interface LanesParts {
	readonly core: BuiltCore;
	readonly bridges: () => readonly Bridge[];
	readonly targets: Targets;
	readonly incoming: Pick<Incoming, "findParent">;
	/** Told which lanes are paused, so that they are resumed when their hosts are heard from; absent: they are not. */
	readonly pausedLanes?: PausedLanes;
	/** How many deliveries run at the same time. */
	readonly concurrency: number;
	readonly delivery: Pick<DeliveryOptions, "maxAgeMs" | "sleepAfterMs" | "keepDeadMs" | "onOutcome" | "onEnded">;
}

/** How many streams are planned, accounts erased and parents looked for at the same time, in pools apart from deliveries. */
const pools = { plan: 16, erase: 2, parent: 8 };

/** Builds the lanes of the log's consumers and of deliveries, which commits wake. */
export function buildLanes({
	core,
	bridges,
	targets,
	incoming,
	pausedLanes,
	concurrency,
	delivery,
}: LanesParts): Lanes {
	const { context, onOwed } = core;
	const holds = createLaneHolds(context, pausedLanes?.note);
	const consumers: Readonly<Record<Marker, ReturnType<typeof createConsumer>>> = {
		bridge: createConsumer(
			context,
			holds,
			createOutgoing(
				{ context, targets },
				() => lanes,
				pausedLanes,
				(name) => delivery.onOutcome?.(name, "dropped"),
			),
		),
		erase: createConsumer(context, holds, createErasing(context)),
	};
	const deliver = createDeliverer(context, {
		...delivery,
		...(pausedLanes === undefined ? {} : { takeDropped: pausedLanes.takeDropped }),
		holds,
		bridge: (name) => bridges().find((bridge) => bridge.name === name),
	});
	const lanes = createEmbeddedLanes({
		concurrency,
		pools,
		clock: context.clock,
		logger: context.logger,
		async handler(lane, signal) {
			const deliveries = deliveryLaneName(lane);
			if (deliveries !== undefined) return deliver(deliveries, signal);
			const parent = parentOfLane(lane);
			if (parent !== undefined) return incoming.findParent(parent);
			for (const [marker, run] of Object.entries(consumers)) {
				const stream = streamOfLane(marker as Marker, lane);
				if (stream !== undefined) return run(stream, signal);
			}
			throw new Error(`The lane ${lane} has no handler`);
		},
	});
	pausedLanes?.wakeIn(lanes);
	onOwed((stream, owing) => {
		for (const marker of owing) lanes.wake(consumerLane(marker as Marker, stream));
	});
	return lanes;
}
