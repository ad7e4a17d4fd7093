import type { BridgeName, PortalId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Channel } from "../../model/channel.ts";
import type { Group } from "../../model/group.ts";
import type { Message } from "../../model/message.ts";
import type { Reach } from "../../model/reach.ts";

/** A message as the receiving bridge sees it: with the id that its own network gave it, when it has one there. */
export interface Addressed {
	readonly message: Message;
	readonly author: Account;
	/** This network's ids of the message, in the order of its parts; empty when it is not known there. */
	readonly remote: readonly string[];
}

/**
 * How far something goes. `broadcast`: anyone, announced to people who did not ask for it. `quiet`: anyone who asks for it.
 * `readers`: the members of its channel (the followers of its author) and the people whom it names, nobody else.
 */
export type Visibility = "broadcast" | "quiet" | "readers";

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
export type Capabilities = Readonly<Record<DeliveryKind, "native" | "none">> & {
	/** `true`: what came from this network is passed on to this network's other members of a group's channel. */
	readonly relays: boolean;
};
