import type { Clock } from "../../clock.ts";
import type { AccountId, BridgeName, ChannelId, MessageId, PortalId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Channel } from "../../model/channel.ts";
import type { Group } from "../../model/group.ts";
import type { Message } from "../../model/message.ts";
import type { PortalState } from "../../model/portal.ts";
import type { HttpClient } from "../http-client.ts";
import type { Logger } from "../logger.ts";
import type { Text } from "../text.ts";
import type { BridgeState } from "./bridge.ts";
import type { Addressed, Delivery } from "./delivery.ts";
import type { Received, RemoteEvent } from "./remote-event.ts";
import type { BridgeStateStore } from "./state.ts";

/** One page of something, oldest or newest first. */
export interface Slice<T> {
	readonly items: readonly T[];
	/** Pass it back for the next page; absent at the end. */
	readonly next?: string;
}

/** The core, as a bridge sees it. Every read honours who may read: what may not leave is `undefined` here. */
export interface BridgeHost {
	readonly name: BridgeName;
	/** `https://social.example` */
	readonly origin: string;
	/** `social.example`, with the port when it is not the scheme's own. */
	readonly domain: string;
	readonly instance: {
		readonly name: string;
		readonly description: string;
		readonly version: string;
		readonly openRegistration: boolean;
	};
	readonly clock: Clock;
	readonly logger: Logger;
	readonly http: HttpClient;
	readonly text: Text;
	readonly limits: {
		/** Of a request that carries many events at once. */ readonly batchBytes: number;
		readonly bodyBytes: number;
		readonly jsonDepth: number;
		readonly jsonNodes: number;
	};
	/**
	 * Takes events over, in this order. Resolves when what became of each is durable; acknowledge upstream only then.
	 * Never throws for what an event says; throws {@link Unavailable} when nothing can be stored now.
	 */
	receive(events: readonly RemoteEvent[]): Promise<readonly Received[]>;
	report(state: BridgeState): void;

	/** Somebody of ours (local, or a ghost of any network), or a shadow of somebody elsewhere. */
	account(id: AccountId): Promise<Account | undefined>;
	accountByHandle(handle: string, domain: string): Promise<Account | undefined>;
	/** The shadow of somebody of this bridge's network. */
	accountByRemote(remote: string): Promise<Account | undefined>;
	/** A channel that may be seen from outside (open tier); `undefined` otherwise. */
	openChannel(id: ChannelId): Promise<{ readonly channel: Channel; readonly group: Group } | undefined>;
	openChannelByHandle(handle: string): Promise<{ readonly channel: Channel; readonly group: Group } | undefined>;
	/** A message in an open channel; a tombstone (`deletedAt`) when it was there and went. */
	openMessage(id: MessageId): Promise<
		| {
				readonly message: Message;
				readonly author: Account;
				readonly channel: Channel;
				readonly group: Group;
				readonly parent?: Addressed;
				readonly mentions: readonly Account[];
		  }
		| undefined
	>;
	/** The message that this network knows by this id, whichever side it comes from. */
	messageByRemote(remote: string): Promise<Message | undefined>;
	/** Newest messages of an open channel first. */
	openMessages(
		channel: ChannelId,
		options: { readonly before?: string; readonly limit: number },
	): Promise<Slice<Message>>;
	/** The direct replies to a message of an open channel, oldest first. */
	openReplies(
		message: MessageId,
		options: { readonly after?: string; readonly limit: number },
	): Promise<Slice<Message>>;
	/** Who joined (follows) the channel. */
	members(channel: ChannelId, options: { readonly after?: string; readonly limit: number }): Promise<Slice<Account>>;
	memberCount(channel: ChannelId): Promise<number>;
	/** The remote and local timelines that an account joined. */
	following(account: AccountId, options: { readonly after?: string; readonly limit: number }): Promise<Slice<Account>>;
	followingCount(account: AccountId): Promise<number>;
	messageCount(channel: ChannelId): Promise<number>;
	/** For NodeInfo: people with an account here, and what they wrote. */
	usage(): Promise<{ readonly accounts: number; readonly messages: number }>;
	/** The event behind a delivery id, rendered as a delivery for nobody in particular; `undefined` when it may not be seen. */
	openEvent(id: string): Promise<Delivery | undefined>;
	/** Rooms linked by this bridge. */
	portals(): Promise<
		readonly {
			readonly id: PortalId;
			readonly channel: ChannelId;
			readonly room: string;
			readonly state: PortalState;
		}[]
	>;
	portalByRoom(
		room: string,
	): Promise<
		| { readonly id: PortalId; readonly channel: ChannelId; readonly room: string; readonly state: PortalState }
		| undefined
	>;

	/** This bridge's own corner of the store. Values are JSON. */
	readonly state: BridgeStateStore;
	/** The same, encrypted at rest (private keys). */
	readonly secrets: BridgeStateStore;
}
