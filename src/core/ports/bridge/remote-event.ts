import type { AccountId, ChannelId, MessageId } from "../../ids.ts";
import type { Account, Profile } from "../../model/account.ts";
import type { Content } from "../../model/message.ts";
import type { PortalState } from "../../model/portal.ts";
import type { Reach } from "../../model/reach.ts";

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
 * `timeline`: the sender's own timeline. `followers`: the sender's followers and the people whom it names, nobody else; it stays
 * with its sender, whatever it answers.
 */
export type RemotePlace =
	| { readonly kind: "room"; readonly room: string }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "timeline" }
	| { readonly kind: "followers" };

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
			/** What it says now is for the sender's followers: it must not appear where more people read. */
			readonly forFollowers?: true;
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

export type RemoteEventKind = RemoteEvent["kind"];

/** Why a remote event changes nothing here. */
export type IgnoredReason = "unknown-place" | "unknown-target" | "not-allowed" | "not-owner" | "gone";

/** What became of a remote event. Whatever it is, it is durable: the other side may be told that we have it. */
export type Received =
	| { readonly status: "accepted"; readonly message?: MessageId }
	| { readonly status: "duplicate" }
	/** Kept until its parent or target arrives. */
	| { readonly status: "parked" }
	| { readonly status: "ignored"; readonly reason: IgnoredReason };
