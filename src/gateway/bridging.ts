import { parentLane } from "#core/bridging/incoming/missing-parents.ts";
import { createParkedEvents, type ParkedEvents, type ParkedOptions } from "#core/bridging/incoming/parked-events.ts";
import { createIncoming, type Incoming } from "#core/bridging/incoming/receive.ts";
import { createTargets, type Targets } from "#core/bridging/outgoing/targets.ts";
import type { CoreContext } from "#core/events/context.ts";
import { createPausedLanes, type PausedLanes } from "#core/events/paused-lanes.ts";
import { createShadows, type Shadows } from "#core/federation/shadows.ts";
import type { Bridge } from "#core/ports/bridge/bridge.ts";
import type { Lanes } from "#core/ports/lanes.ts";

/** The parts of the core that exchange events with the bridges. */
export interface Bridging {
	readonly targets: Targets;
	readonly parkedEvents: ParkedEvents;
	readonly shadows: Shadows;
	readonly incoming: Incoming;
	readonly pausedLanes: PausedLanes;
}

/**
 * @param bridges, lanes called for each use, since both are created later, with the result
 * @param parking the limits on parked events, and who is told when one is dropped
 */
export function buildBridging(
	context: CoreContext,
	bridges: () => readonly Bridge[],
	lanes: () => Pick<Lanes, "wake">,
	parking?: ParkedOptions,
): Bridging {
	const targets = createTargets(context, bridges);
	const parkedEvents = createParkedEvents(context, parking);
	const shadows = createShadows(context);
	const pausedLanes = createPausedLanes(context);
	const incoming = createIncoming(context, {
		shadows,
		parkedEvents,
		targets,
		bridges,
		pausedLanes,
		lookForParent: (key) => lanes().wake(parentLane(key)),
	});
	return { targets, parkedEvents, shadows, incoming, pausedLanes };
}
