import { plans } from "../bridging/outgoing/plan.ts";
import { erasures } from "../erasure/erase.ts";
import type { LogParts } from "../events/log.ts";

/** What every type of event means to each consumer. */
export const consumers: LogParts["consumers"] = { bridge: plans, erase: erasures };
