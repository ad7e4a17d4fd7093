import { plans } from "../bridging/outgoing/plan.ts";
import { erasures } from "../erasure/erase.ts";
import type { LogParts } from "../events/log.ts";

/** The table of each consumer, which decides the pending markers of an event. */
export const consumers: LogParts["consumers"] = { bridge: plans, erase: erasures };
