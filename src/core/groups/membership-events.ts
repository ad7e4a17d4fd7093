import type { Membership } from "../model/membership.ts";

/**
 * Streams: the place that is joined. Each carries the membership as it is from now on, and the delivery target that it
 * had before, so that the audience of a channel is a fold over its own stream.
 */
export interface MembershipEvents {
	"member.requested": MembershipChange;
	"member.joined": MembershipChange;
	"member.left": MembershipChange;
	"member.denied": MembershipChange;
}

export interface MembershipChange {
	readonly membership: Omit<Membership, "since">;
	/** The reach of the membership before, when it was joined. */
	readonly before?: Membership["reach"];
}

declare module "../events/event.ts" {
	interface EventBodies extends MembershipEvents {}
}
