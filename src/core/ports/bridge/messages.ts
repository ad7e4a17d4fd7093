import type { ChannelId, MessageId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Channel } from "../../model/channel.ts";
import type { Group } from "../../model/group.ts";
import type { Message } from "../../model/message.ts";
import type { Addressed, Delivery, Visibility } from "./delivery.ts";
import type { Requester } from "./requester.ts";
import type { PageAfter, Slice } from "./slice.ts";

/** A channel that anyone may read, with its group. */
export interface OpenChannel {
	readonly channel: Channel;
	readonly group: Group;
	readonly visibility: Visibility;
	/** Whether search may find it and directories list it. */
	readonly isListed: boolean;
}

/** A message in a channel that anyone may read, with everything that its document needs. */
export interface OpenMessage extends OpenChannel {
	readonly message: Message;
	readonly author: Account;
	readonly parent?: Addressed;
	readonly mentions: readonly Account[];
}

/**
 * The channels and messages that anyone may read, or that `reader`, whose identity has been proved, may read. Anything else does not
 * exist for a bridge.
 */
export interface HostMessages {
	openChannel(id: ChannelId, reader?: Requester): Promise<OpenChannel | undefined>;
	openChannelByHandle(handle: string): Promise<OpenChannel | undefined>;
	/** A deleted message is a tombstone (`deletedAt`). */
	openMessage(id: MessageId, reader?: Requester): Promise<OpenMessage | undefined>;
	/** The messages of a channel, newest first. */
	openMessages(
		channel: ChannelId,
		page: { readonly before?: string; readonly limit: number },
		reader?: Requester,
	): Promise<Slice<Message>>;
	/** The direct replies to a message, oldest first. */
	openReplies(message: MessageId, page: PageAfter, reader?: Requester): Promise<Slice<Message>>;
	/**
	 * The event with a delivery's id, as a delivery without a target; `undefined` unless its subject may be read, "gone" if that was deleted.
	 */
	openEvent(id: string, reader?: Requester): Promise<Delivery | "gone" | undefined>;
	/** The name of the event that posted a message, as in the id of its delivery. */
	postedBy(message: Pick<Message, "channel" | "seq" | "at">): string;
	/** The message that has this id on the bridge's network, be it remote or a copy of a local one. */
	byRemote(remote: string): Promise<Message | undefined>;
	/** How many messages a channel has that are not deleted; in a timeline only its owner's, since replies belong to their authors. */
	count(channel: ChannelId): Promise<number>;
}
