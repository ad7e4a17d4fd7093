import type { BridgeName } from "../ids.ts";
import type { Membership } from "../model/membership.ts";

/**
 * Streams: the place that is joined. Each event has the new membership and its previous delivery target, so that the audience of
 * a channel is a fold over the channel's own stream.
 */
export interface MembershipEvents {
	"member.requested": MembershipChange;
	"member.joined": MembershipChange;
	"member.left": MembershipChange;
	"member.denied": MembershipChange;
}

/** The body of every membership event. */
export interface MembershipChange {
	readonly membership: Omit<Membership, "since">;
	/** The delivery target of the membership before the change, if it was joined. */
	readonly before?: Membership["reach"];
	/** The network that the change came from, or that knows of it already. */
	readonly origin?: BridgeName;
}

declare module "../events/event.ts" {
	interface EventBodies extends MembershipEvents {}
}
