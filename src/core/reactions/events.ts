import type { BridgeName } from "../ids.ts";
import type { Reaction } from "../model/reaction.ts";

/** Streams: the channel's id. `origin`: the network that the reaction came from; absent for one made here. */
export interface ReactionEvents {
	"reaction.added": {
		readonly reaction: Omit<Reaction, "at">;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
		/** The fingerprint of the request, to recognise its repetition. */
		readonly fingerprint?: string;
	};
	"reaction.removed": {
		readonly reaction: Omit<Reaction, "at">;
		readonly origin?: BridgeName;
		readonly raw?: unknown;
		/** One of the many reactions of an erased account, whose deliveries give way to others. */
		readonly bulk?: true;
	};
}

declare module "../events/event.ts" {
	interface EventBodies extends ReactionEvents {}
}
