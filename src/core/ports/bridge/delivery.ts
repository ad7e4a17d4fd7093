import type { BridgeName, PortalId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Channel } from "../../model/channel.ts";
import type { Group } from "../../model/group.ts";
import type { Message } from "../../model/message.ts";
import type { Reach } from "../../model/reach.ts";

/** A message together with the ids that it has on the network of a bridge. */
export interface Addressed {
	readonly message: Message;
	readonly author: Account;
	/** The network's ids of the message, one per part, in order; empty if the message is unknown there. */
	readonly remote: readonly string[];
}

/**
 * Who may see a message. `broadcast`: anyone; it is announced to people who did not ask for it. `quiet`: anyone who asks for it.
 * `readers`: only the members of its channel (or the followers of its author) and the people it mentions.
 */
export type Visibility = "broadcast" | "quiet" | "readers";

/**
 * An event to be delivered to `reach`. `id` is the event's name: the same on every retry, and never that of another event, not even after
 * a backup was restored. Everything that is minted for the other network must contain it.
 */
export type Delivery = {
	readonly id: string;
	readonly reach: Reach;
	/** When the event happened, milliseconds since 1970. */
	readonly at: number;
	readonly actor: Account;
	/** The network the event came from; absent for an event of this provider. */
	readonly origin?: BridgeName;
	/** The remote event as it was received, if it came from this bridge's network, which may forward it unchanged. */
	readonly raw?: unknown;
	/** The parts that earlier attempts have reported to {@link Progress}; they must not be sent again. */
	readonly sent?: readonly string[];
} & (
	| ({ readonly channel: Channel; readonly group: Group; readonly visibility: Visibility } & (
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
			/** `reaction`: our own id of the reaction. `remote`: the network's ids of it. */
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
					/** The newest reaction that the person still has on the message, for networks with one reaction per person. */
					readonly remaining?: { readonly key: string; readonly image?: string };
			  }
			/** A local account asks to join, or leaves, the timeline of the remote account `owner`. `joined`: the id of the join. */
			| { readonly kind: "join"; readonly owner: Account }
			| { readonly kind: "leave"; readonly owner: Account; readonly joined: string }
			/** The answer to a remote account's join; `request` is the join as it was received. */
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
	/** The actor, who may have a ghost in the room, has left the channel or group to which the room is linked, or was removed. */
	| { readonly kind: "departure" }
	| { readonly kind: "account-removal" }
);
/** What a delivery tells the other network. */
export type DeliveryKind = Delivery["kind"];

/** The outcome of one attempt to deliver. */
export type DeliveryResult =
	/**
	 * `ids`: the other network's ids of the message or reaction, one per part; they are stored as links, to resolve later events.
	 * `ofTarget`: they belong to the copy of this target, a room; otherwise the thing has the same ids wherever it was delivered.
	 */
	| { readonly status: "delivered"; readonly ids?: readonly string[]; readonly ofTarget?: true }
	/**
	 * `lane`: the whole lane should wait, since the host is down; otherwise only this delivery has failed. `missing`: the host knows no such
	 * target now (404), which it may say while it restarts.
	 */
	| {
			readonly status: "retry";
			readonly reason: string;
			readonly afterMs?: number;
			readonly lane?: true;
			readonly missing?: true;
	  }
	/** Never retried. `gone`: the target no longer exists (410), and nothing more is sent to it. */
	| {
			readonly status: "rejected";
			readonly reason: "unsupported" | "forbidden" | "gone" | "invalid";
			readonly detail?: string;
	  };

/**
 * Reports the parts of a delivery that the other side has accepted so far, if the delivery takes several requests. Resolves when
 * that is durable, so that neither a crash nor a failure of the next part sends any of them again.
 */
export type Progress = (sent: readonly string[]) => Promise<void>;

/** Declared, not discovered: the core never delivers a kind that is declared "none". */
export type Capabilities = Readonly<Record<DeliveryKind, "native" | "none">> & {
	/** Whether a message from this network is forwarded to this network's other members of a group's channel. */
	readonly relays: boolean;
	/**
	 * How many deliveries of one lane may be made at the same time, of different channels: as many as a host gets sockets. Absent: one, since
	 * the order of a room is that of its lane.
	 */
	readonly atOnce?: number;
};
