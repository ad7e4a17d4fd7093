import type { BridgeName, PortalId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Channel } from "../../model/channel.ts";
import type { Group } from "../../model/group.ts";
import type { Message } from "../../model/message.ts";
import type { Reach } from "../../model/reach.ts";

/** A message with the ids that it has on the receiving network. */
export interface Addressed {
	readonly message: Message;
	readonly author: Account;
	/** The network's ids of the message, in the order of its parts; empty when it is not known there. */
	readonly remote: readonly string[];
}

/**
 * Who may have a message. `broadcast`: anyone, and it is announced. `quiet`: anyone who asks for it. `readers`: the members of its
 * channel (its author's followers) and the people it mentions, and no others.
 */
export type Visibility = "broadcast" | "quiet" | "readers";

/** Something that happened here and is delivered to `reach`. `id` is the same for every retry. */
export type Delivery = {
	readonly id: string;
	readonly reach: Reach;
	/** When it happened, milliseconds since 1970. */
	readonly at: number;
	readonly actor: Account;
	/** The network that it came from; absent: it was posted here. */
	readonly origin?: BridgeName;
	/** The remote event as it was received, if it came from the same network (which may relay it unchanged). */
	readonly raw?: unknown;
	/** The parts that an earlier attempt reported to {@link Progress}; they are not sent again. */
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
			/** A reaction to `subject`. `reaction` is its id here. */
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
			/** A local account asks to join, or leaves, the timeline of the remote account `owner`. */
			| { readonly kind: "join"; readonly owner: Account }
			| { readonly kind: "leave"; readonly owner: Account; readonly joined: string }
			/** The answer to a remote account's request to join our channel; `request` is what was received. */
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
	/** `ids`: the ids on the other network, one per part. They are stored as links, by which later events name the message. */
	| { readonly status: "delivered"; readonly ids?: readonly string[] }
	/** `lane`: the whole lane has to wait (the host is down); otherwise only this item failed. */
	| { readonly status: "retry"; readonly reason: string; readonly afterMs?: number; readonly lane?: true }
	/** Not retried. `gone`: the target no longer exists, and nothing more is sent there. */
	| {
			readonly status: "rejected";
			readonly reason: "unsupported" | "forbidden" | "gone" | "invalid";
			readonly detail?: string;
	  };

/**
 * Reports which parts of a delivery with several requests have been accepted. Resolves when that is durable, so that none of them
 * is sent again after a crash or a failure of the next part.
 */
export type Progress = (sent: readonly string[]) => Promise<void>;

/** Declared, not discovered: the core never delivers a kind that is declared "none". */
export type Capabilities = Readonly<Record<DeliveryKind, "native" | "none">> & {
	/** `true`: a post from this network in a group's channel is relayed to the channel's other members on this network. */
	readonly relays: boolean;
};
