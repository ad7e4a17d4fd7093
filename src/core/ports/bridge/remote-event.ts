import type { AccountId, ChannelId, MessageId } from "../../ids.ts";
import type { Account, Profile } from "../../model/account.ts";
import type { Content } from "../../model/message.ts";
import type { PortalState } from "../../model/portal.ts";
import type { Reach } from "../../model/reach.ts";

/** A person on the other network. `id` is minted and parsed only by the bridge. */
export interface RemotePerson {
	readonly id: string;
	readonly profile: Profile;
	/** The handle of a proven `handle@domain`; otherwise one that the bridge proposes for our own domain. */
	readonly handle: string;
	/** Absent: the handle is a proposal for our own domain, and is made unique there. */
	readonly domain?: string;
	readonly kind: Account["kind"];
	/** The person's page on their own network. */
	readonly url?: string;
	readonly reach?: Reach;
	/** Absent: true. False: `#nobridge`, `bridgeable: false`. */
	readonly bridgeable?: boolean;
}

/**
 * Where a message was posted. The parent of a reply, if we have it, takes precedence (a reply lives where its parent lives).
 * `timeline`: the sender's own timeline. `followers`: readable by the sender's followers and the people it mentions, and no others;
 * such a message stays with its sender even if it is a reply.
 */
export type RemotePlace =
	| { readonly kind: "room"; readonly room: string }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "timeline" }
	| { readonly kind: "followers" };

/** The target of a join: a local account (its timeline), a local channel, or a room that is linked to one. */
export type JoinTarget =
	| { readonly kind: "account"; readonly account: AccountId }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "room"; readonly room: string };

/** A reference to a message: by its remote id, or by our own id if the bridge has parsed it. */
export type MessageRef = { readonly remote: string } | { readonly local: MessageId };

/** Something that happened on the other network. `id` is its id there; an event is processed once. */
export type RemoteEvent = {
	readonly id: string;
	readonly sender: RemotePerson;
	/** The event as it was received, from which a later version may read more. */
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
	/** `reaction`: the reaction's own remote id, which a later withdrawal names. */
	| {
			readonly kind: "reaction";
			readonly reaction: string;
			readonly target: MessageRef;
			readonly key: string;
			readonly image?: string;
	  }
	/** The withdrawal of a reaction, by its remote id, or by message and key on networks without ids for reactions. */
	| { readonly kind: "unreaction"; readonly reaction?: string; readonly target?: MessageRef; readonly key?: string }
	/** The removal of a message or a reaction; only the id is known, not which of the two it is (a Matrix redaction). */
	| { readonly kind: "retraction"; readonly target: string }
	| { readonly kind: "join"; readonly target: JoinTarget }
	| { readonly kind: "leave"; readonly target: JoinTarget }
	/** The answer to our own join of the sender's timeline. */
	| { readonly kind: "answer"; readonly account: AccountId; readonly accepted: boolean }
	| { readonly kind: "profile" }
	/** The sender's account was deleted there: everything of theirs is removed here. */
	| { readonly kind: "gone" }
	/** The state of a linked room has changed: it consented, the bot was removed, or it was replaced. */
	| { readonly kind: "portal"; readonly room: string; readonly state: PortalState; readonly reason?: string }
);

export type RemoteEventKind = RemoteEvent["kind"];

/** Why a remote event changes nothing here. */
export type IgnoredReason = "unknown-place" | "unknown-target" | "not-allowed" | "not-owner" | "gone";

/** The outcome of a remote event. It is durable, so the other side may be told that we have the event. */
export type Received =
	| { readonly status: "accepted"; readonly message?: MessageId }
	| { readonly status: "duplicate" }
	/** Stored until its parent or target arrives. */
	| { readonly status: "parked" }
	| { readonly status: "ignored"; readonly reason: IgnoredReason };
