import type { AccountId, BridgeName, ChannelId } from "../ids.ts";

/**
 * The people of a linked room have removed the ghost of one of our people: what that person says no longer goes there, until the room lets
 * the ghost come back.
 */
export interface Expulsion {
	/** The id of the event that tells of it. */
	readonly id: string;
	readonly account: AccountId;
	readonly bridge: BridgeName;
	/** The other network's id of the room. */
	readonly room: string;
	/** The channel that the room is linked to. */
	readonly channel: ChannelId;
	/** Who did it. */
	readonly by: AccountId;
	/** After a `kick` an invitation is enough to come back; a `ban` has to be lifted. */
	readonly kind: "kick" | "ban";
	/** What was given as the reason. */
	readonly reason?: string;
	/** When it was received, milliseconds since 1970. */
	readonly at: number;
}
