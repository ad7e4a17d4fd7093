import type { Account, Profile } from "../accounts/account.ts";
import type { Clock } from "../clock.ts";
import type { Channel } from "../groups/channel.ts";
import type { Group } from "../groups/group.ts";
import type { AccountId, BridgeName, ChannelId, MessageId, PortalId } from "../ids.ts";
import type { Content, Message } from "../messages/message.ts";
import type { HttpClient } from "./http-client.ts";
import type { Logger } from "./logger.ts";
import type { Text } from "./text.ts";

/**
 * Where deliveries for somebody or something go. `target` is opaque to the core: a shared inbox, a room id. Deliveries with
 * the same lane are made one after the other: `activitypub:remote.example`, `matrix:!room`.
 */
export interface Reach {
	readonly bridge: BridgeName;
	readonly target: string;
	readonly lane: string;
}

/** Somebody on the other network, as their bridge describes them. `id` is minted and parsed by the bridge alone. */
export interface RemotePerson {
	readonly id: string;
	readonly profile: Profile;
	/** The proven `handle@domain` of a network that has such; otherwise a handle on our own domain that the bridge proposes. */
	readonly handle: string;
	/** Absent: the proposed handle is on our own domain and is made unique there. */
	readonly domain?: string;
	readonly kind: Account["kind"];
	/** The page of this person on their own network. */
	readonly url?: string;
	readonly reach?: Reach;
	/** Absent: true. False: `#nobridge`, `bridgeable: false`. */
	readonly bridgeable?: boolean;
}

/**
 * Where something was said. A reply's parent, when we know it, goes before (a reply lives where its parent lives).
 * `timeline`: the sender's own timeline.
 */
export type RemotePlace =
	| { readonly kind: "room"; readonly room: string }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "timeline" };

/** Who or what a join is aimed at: one of our accounts (their timeline), or one of our channels. */
export type JoinTarget =
	| { readonly kind: "account"; readonly account: AccountId }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "room"; readonly room: string };

/** What another person's message is named by: the remote id of theirs, or our own id where the bridge has parsed it. */
export type MessageRef = { readonly remote: string } | { readonly local: MessageId };

/** Something that happened there. `id` is what the other network calls this very event; it is taken over once. */
export type RemoteEvent = {
	readonly id: string;
	readonly sender: RemotePerson;
	/** What they say the time was (milliseconds since 1970); never trusted for order or permission. */
	readonly at?: number;
	/** The event as it came, for what a later version may want to read from it. */
	readonly raw: unknown;
} & (
	| {
			readonly kind: "message";
			readonly place: RemotePlace;
			/** The message's own remote id, which edits, replies and reactions name. */
			readonly message: string;
			readonly type: "message" | "memo" | "article";
			readonly content: Content;
			readonly replyTo?: MessageRef;
			readonly mentions?: readonly AccountId[];
			readonly tags?: readonly string[];
			readonly warning?: string;
			readonly url?: string;
	  }
	| {
			readonly kind: "edit";
			readonly target: MessageRef;
			readonly content: Content;
			readonly tags?: readonly string[];
			readonly warning?: string;
	  }
	| { readonly kind: "removal"; readonly target: MessageRef }
	/** `reaction`: the reaction's own remote id, by which a later withdrawal names it. */
	| {
			readonly kind: "reaction";
			readonly reaction: string;
			readonly target: MessageRef;
			readonly key: string;
			readonly image?: string;
	  }
	/** By the reaction's remote id, or by message and key where the network does not name reactions. */
	| { readonly kind: "unreaction"; readonly reaction?: string; readonly target?: MessageRef; readonly key?: string }
	/** A removal of which only the id is known, be it a message or a reaction (a Matrix redaction, a bare `Delete`). */
	| { readonly kind: "retraction"; readonly target: string }
	| { readonly kind: "join"; readonly target: JoinTarget }
	| { readonly kind: "leave"; readonly target: JoinTarget }
	/** The answer to our own join of the sender's timeline. */
	| { readonly kind: "answer"; readonly account: AccountId; readonly accepted: boolean }
	| { readonly kind: "profile" }
	/** The sender's account is gone there: everything of theirs is removed here. */
	| { readonly kind: "gone" }
	/** The linked room agreed, was lost, or went away. `sender` is whoever caused it there. */
	| { readonly kind: "portal"; readonly room: string; readonly state: PortalState; readonly reason?: string }
);

export type PortalState = "waiting" | "active" | "degraded" | "closed";

/** What became of a remote event. Whatever it is, it is durable: the other side may be told that we have it. */
export type Received =
	| { readonly status: "accepted"; readonly message?: MessageId }
	| { readonly status: "duplicate" }
	/** Kept until its parent or target arrives. */
	| { readonly status: "parked" }
	| {
			readonly status: "ignored";
			readonly reason: "unknown-place" | "unknown-target" | "not-allowed" | "not-owner" | "blocked" | "gone" | "echo";
	  };

/** A message as the receiving bridge sees it: with the id that its own network gave it, when it has one there. */
export interface Addressed {
	readonly message: Message;
	readonly author: Account;
	/** This network's ids of the message, in the order of its parts; empty when it is not known there. */
	readonly remote: readonly string[];
}

/** Something that happened here, to be carried to `reach`. `id` is stable over every retry. */
export type Delivery = {
	readonly id: string;
	readonly reach: Reach;
	/** When it happened, milliseconds since 1970. */
	readonly at: number;
	readonly actor: Account;
	/** The network it came from; absent: it was said here. */
	readonly origin?: BridgeName;
	/** The remote event as it came, when it came from this very bridge (an announcing network passes it on unchanged). */
	readonly raw?: unknown;
	/** The parts that an earlier try has told {@link Progress} of; they are not sent again. */
	readonly sent?: readonly string[];
} & (
	| ({ readonly channel: Channel; readonly group: Group } & (
			| {
					readonly kind: "message";
					readonly subject: Addressed;
					readonly parent?: Addressed;
					readonly mentions: readonly Account[];
			  }
			| {
					readonly kind: "edit";
					readonly subject: Addressed;
					readonly parent?: Addressed;
					readonly mentions: readonly Account[];
			  }
			| { readonly kind: "removal"; readonly subject: Addressed }
			/** `remote`: this network's ids of the reaction. */
			| {
					readonly kind: "reaction";
					readonly subject: Addressed;
					readonly key: string;
					readonly image?: string;
					readonly reaction: string;
			  }
			| {
					readonly kind: "unreaction";
					readonly subject: Addressed;
					readonly key: string;
					readonly image?: string;
					readonly reaction: string;
					readonly remote: readonly string[];
			  }
			/** Our account asks to join (leaves) the timeline of `owner`, who lives there. */
			| { readonly kind: "join"; readonly owner: Account }
			| { readonly kind: "leave"; readonly owner: Account; readonly joined: string }
			/** Their join of our channel is answered; `raw` is what they sent. */
			| { readonly kind: "answer"; readonly account: Account; readonly accepted: boolean; readonly request: unknown }
			| { readonly kind: "link"; readonly portal: PortalId; readonly room: string; readonly consented: boolean }
			| {
					readonly kind: "unlink";
					readonly portal: PortalId;
					readonly room: string;
					readonly ghosts: readonly Account[];
			  }
	  ))
	| { readonly kind: "profile" }
	| { readonly kind: "account-removal" }
);
export type DeliveryKind = Delivery["kind"];

export type DeliveryResult =
	/** `ids`: what the other network calls it, one per part; kept as links, by which later events are understood. */
	| { readonly status: "delivered"; readonly ids?: readonly string[] }
	/** `lane`: the whole lane should wait (the host is down); otherwise it is this item that fails. */
	| { readonly status: "retry"; readonly reason: string; readonly afterMs?: number; readonly lane?: true }
	/** Never tried again. `gone`: whoever is there is gone for good, and nothing more is sent to this target. */
	| {
			readonly status: "rejected";
			readonly reason: "unsupported" | "forbidden" | "gone" | "invalid";
			readonly detail?: string;
	  };

/**
 * Of a delivery that takes several requests: these parts have been taken. Resolves when that is durable, so that a crash or a
 * failure of the next part repeats none of them.
 */
export type Progress = (sent: readonly string[]) => Promise<void>;

/** Declared, not discovered: the core never delivers a kind that is declared "none". */
export type Capabilities = Readonly<Record<DeliveryKind, "native" | "fallback" | "none">> & {
	/** `true`: what came from this network is passed on to this network's other members of a group's channel. */
	readonly relays: boolean;
	readonly maxTextLength?: number;
};

export type BridgeState = {
	readonly state: "starting" | "connected" | "degraded" | "unauthorized" | "stopped";
	readonly reason?: string;
};

/** A request at one of the bridge's own paths, independent of the web framework. */
export interface BridgeRequest {
	readonly method: string;
	/** As it was sent, percent-encoding included. */
	readonly path: string;
	/** As it was sent, with the leading `?`; empty when there is none. */
	readonly query: string;
	readonly headers: Readonly<Record<string, string | undefined>>;
	readonly remoteAddress: string;
	/** Reads the body, once. @throws {PayloadTooLarge} */
	body(maxBytes: number): Promise<Buffer>;
}
export interface BridgeResponse {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string | Buffer;
}

/** A running bridge, as the core sees it. */
export interface Bridge {
	readonly name: BridgeName;
	readonly capabilities: Capabilities;
	/**
	 * The first path segments whose requests `handle` answers: `users`, `inbox`, `.well-known/webfinger` (two segments below
	 * `.well-known`). No two bridges may own the same.
	 */
	readonly paths: readonly string[];
	handle(request: BridgeRequest): Promise<BridgeResponse>;
	/** Called once, before the port opens; must not wait for the network. */
	start(signal: AbortSignal): Promise<void>;
	stop(): Promise<void>;
	/** Carries one thing out. A thrown error is a bug and is retried like `retry`. */
	deliver(delivery: Delivery, signal: AbortSignal, progress?: Progress): Promise<DeliveryResult>;
	/** Finds somebody of this network by `handle@domain` or URL; `undefined`: not of this network, or nobody there. May use the network. */
	lookUp?(reference: string): Promise<RemotePerson | undefined>;
	/** What a room is called there: an alias is resolved to its id. `undefined`: no such room, or not of this network. */
	resolveRoom?(room: string): Promise<Reach | undefined>;
	/** The other representation of a thing that has a page: used for `Link: rel=alternate` and for content negotiation. */
	alternate?(
		subject: { readonly account: AccountId } | { readonly channel: ChannelId } | { readonly message: MessageId },
	): { readonly type: string; readonly url: string };
}

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

export interface BridgeStateStore {
	get(key: string): Promise<unknown>;
	/** Resolves when durable. */
	set(key: string, value: unknown): Promise<void>;
	/** Stores the value unless the key is taken; resolves with the value that is there then. */
	setIfAbsent(key: string, value: unknown): Promise<unknown>;
	delete(key: string): Promise<void>;
	/** Keys with this prefix, in order. */
	list(
		prefix: string,
		options: { readonly after?: string; readonly limit: number },
	): Promise<readonly { readonly key: string; readonly value: unknown }[]>;
}
