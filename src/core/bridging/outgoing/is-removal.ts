import type { EventOf } from "../../events/event.ts";
import type { MembershipEvents } from "../../groups/membership-events.ts";
import type { Account } from "../../model/account.ts";

/**
 * True if the membership of a remote account that follows, or has asked to follow, from the network where it is reached was not ended there:
 * an owner or admin has removed it, or it has left by another network. Its home does not know of that unless it is told.
 */
export function isRemoval({ type, body }: EventOf<keyof MembershipEvents>, member: Account): boolean {
	const { membership, before, origin } = body;
	if (type !== "member.left" || member.deletedAt !== undefined) return false;
	const asked = before?.bridge ?? membership.request?.bridge;
	return asked !== undefined && asked === member.reach?.bridge && asked !== origin;
}
