import type { AccountId, ChannelId, GroupId } from "../ids.ts";
import type { Permissions } from "./group.ts";
import type { MessageType } from "./message.ts";
import type { TierId } from "./tier.ts";

/** A stream of messages in a group (OFSCP §5.2). */
export interface Channel {
	readonly id: ChannelId;
	readonly group: GroupId;
	/** The stream whose events make this document: its group's. The messages are in the stream named by the channel's id. */
	readonly stream: string;
	readonly name: string;
	/** Its name as an actor: one name space with the handles of accounts. */
	readonly handle: string;
	readonly type: "text";
	readonly tier: TierId;
	readonly topic: string;
	readonly tags: readonly string[];
	readonly allowedTypes: readonly MessageType[];
	/** Overrides the group's. */
	readonly permissions?: Partial<Permissions>;
	/** Whose timeline this is. */
	readonly timelineOf?: AccountId;
	/** A shadow: its home is elsewhere, and nobody but its home is sent what is said here. */
	readonly shadow?: true;
	readonly createdAt: number;
	readonly updatedAt: number;
}
