import type { ChannelId, MessageId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Channel } from "../../model/channel.ts";
import type { Group } from "../../model/group.ts";
import type { Message } from "../../model/message.ts";
import type { Addressed, Delivery, Visibility } from "./delivery.ts";
import type { PageAfter, Slice } from "./slice.ts";

/** A channel that anyone may read, with its group. */
export interface OpenChannel {
	readonly channel: Channel;
	readonly group: Group;
	readonly visibility: Visibility;
	/** It may be found by search, and is listed in directories. */
	readonly isListed: boolean;
}

/** A message in a channel that anyone may read, with everything that its document needs. */
export interface OpenMessage extends OpenChannel {
	readonly message: Message;
	readonly author: Account;
	readonly parent?: Addressed;
	readonly mentions: readonly Account[];
}

/** Channels and messages, as far as anyone may read them: whatever may not leave the provider does not exist here. */
export interface HostMessages {
	openChannel(id: ChannelId): Promise<OpenChannel | undefined>;
	openChannelByHandle(handle: string): Promise<OpenChannel | undefined>;
	/** A deleted message is a tombstone (`deletedAt`). */
	openMessage(id: MessageId): Promise<OpenMessage | undefined>;
	/** The messages of a channel, newest first. */
	openMessages(channel: ChannelId, page: { readonly before?: string; readonly limit: number }): Promise<Slice<Message>>;
	/** The direct replies to a message, oldest first. */
	openReplies(message: MessageId, page: PageAfter): Promise<Slice<Message>>;
	/** The event behind a delivery's id, as a delivery without a target; `undefined` when not everyone may see it. */
	openEvent(id: string): Promise<Delivery | undefined>;
	/** The message that this network knows by this id, whichever side it comes from. */
	byRemote(remote: string): Promise<Message | undefined>;
	/** How many messages a channel has had. */
	count(channel: ChannelId): Promise<number>;
	/** How many messages there are in all channels. */
	totalCount(): Promise<number>;
}
