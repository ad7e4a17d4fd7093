import type { AccountId, ChannelId, MessageId, PortalId } from "../../ids.ts";
import type { Account, Profile } from "../../model/account.ts";
import type { Content } from "../../model/message.ts";
import type { Moderation, PortalState } from "../../model/portal.ts";
import type { Reach } from "../../model/reach.ts";

/** A person on the other network, as its bridge describes them. Only the bridge mints and parses `id`. */
export interface RemotePerson {
	readonly id: string;
	readonly profile: Profile;
	/** The handle of a verified `handle@domain` if the network has such addresses; otherwise a handle that the bridge proposes. */
	readonly handle: string;
	/** Absent if the handle is only proposed: it is then made unique on our own domain. */
	readonly domain?: string;
	readonly kind: Account["kind"];
	/** The person's page on their own network. */
	readonly url?: string;
	readonly reach?: Reach;
	/** Whether this person's messages may be bridged to other networks (`#nobridge`, `bridgeable: false`); true if absent. */
	readonly bridgeable?: boolean;
}

/**
 * Where a message was posted. If the parent of a reply is known, its channel takes precedence (a reply lives where its parent lives).
 * `timeline`: the sender's own timeline. `followers`: addressed only to the sender's followers and the people it mentions; such a
 * message stays with its sender, even if it is a reply.
 */
export type RemotePlace =
	| { readonly kind: "room"; readonly room: string }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "timeline" }
	| { readonly kind: "followers" };

/** What a person asks to join: a local account (its timeline), a local channel, or the channel that a room is linked to. */
export type JoinTarget =
	| { readonly kind: "account"; readonly account: AccountId }
	| { readonly kind: "channel"; readonly channel: ChannelId }
	| { readonly kind: "room"; readonly room: string };

/** Refers to a message: by its remote id, or by our own id if the bridge has parsed one. */
export type MessageRef = { readonly remote: string } | { readonly local: MessageId };

/** How much of an event is kept as it was received, in bytes of JSON. */
export const maxRawBytes = 32 * 1024;

/**
 * An event of the other network. `id` is that network's id of the event. Some servers use an id again, so it is not what makes an event a
 * repetition, unless `isUnique` says so: an event is applied to the state that is there (design §3.1 rule 6).
 */
export type RemoteEvent = {
	readonly id: string;
	/** The network never uses an id twice. */
	readonly isUnique?: true;
	readonly sender: RemotePerson;
	/** When it happened by the sender's clock, in milliseconds since 1970; for a message or an edit, when its text was last changed. */
	readonly at?: number;
	/**
	 * The event as it was received, so that later versions can read more from it. A bridge leaves out what it does not understand if this is
	 * longer than {@link maxRawBytes}; of what is longer even then, the core keeps the id.
	 */
	readonly raw: unknown;
} & (
	| {
			readonly kind: "message";
			readonly place: RemotePlace;
			/** The remote id of the message, which edits, replies and reactions refer to. */
			readonly message: string;
			readonly type: "message" | "memo" | "article";
			readonly content: Content;
			readonly replyTo?: MessageRef;
			readonly mentions?: readonly AccountId[];
			readonly tags?: readonly string[];
			readonly warning?: string;
			readonly url?: string;
			/** When its sender says that it was written, milliseconds since 1970; it may be wrong. */
			readonly publishedAt?: number;
	  }
	| {
			readonly kind: "edit";
			readonly target: MessageRef;
			/** The remote id of the edit, where edits are events of their own, which a later event may name instead of the message. */
			readonly edit?: string;
			/** The new content is addressed only to the sender's followers, so it must not appear where more people can read it. */
			readonly forFollowers?: true;
			readonly content: Content;
			/** The content as each type of message, when the edit does not depend on what type the message is. */
			readonly contentAs?: { readonly memo: Content; readonly article: Content };
			/** Absent if the edit does not say whom the message mentions. */
			readonly mentions?: readonly AccountId[];
			readonly tags?: readonly string[];
			readonly warning?: string;
	  }
	| { readonly kind: "removal"; readonly target: MessageRef }
	/** `reaction`: the remote id of the reaction, which a later withdrawal refers to. */
	| {
			readonly kind: "reaction";
			readonly reaction: string;
			readonly target: MessageRef;
			readonly key: string;
			readonly image?: string;
	  }
	/**
	 * The withdrawal of a reaction, by its remote id, or by message and key if reactions have no ids there. `isExact`: the sender has named the
	 * key, so a reaction with another key is not meant, even if it has this id. `isById`: one with another id is not meant either.
	 */
	| {
			readonly kind: "unreaction";
			readonly reaction?: string;
			readonly target?: MessageRef;
			readonly key?: string;
			readonly isExact?: true;
			readonly isById?: true;
	  }
	/** A removal that only gives an id, of a message, an edit or a reaction (a Matrix redaction, a bare `Delete`). */
	| {
			readonly kind: "retraction";
			readonly target: string;
			/** The room that the sender has removed it in. If it is another's, the network has checked the sender's power to do so. */
			readonly room?: string;
	  }
	| { readonly kind: "join"; readonly target: JoinTarget }
	/** `joined`: the id of the join that it undoes, if known. `blocked`: the sender also ends the follow of their own timeline. */
	| { readonly kind: "leave"; readonly target: JoinTarget; readonly joined?: string; readonly blocked?: true }
	/** The end of a block: the sender may follow again. `overtook`: the id of the block, if that has not arrived yet. */
	| { readonly kind: "unblock"; readonly target: JoinTarget; readonly overtook?: string }
	/** The answer to our own join of the sender's timeline. `join`: the event of ours that the answer names; only that one is answered. */
	| { readonly kind: "answer"; readonly account: AccountId; readonly accepted: boolean; readonly join?: string }
	| { readonly kind: "profile" }
	/** The sender has removed the ghost of an account from a linked room. `id` is unique. */
	| {
			readonly kind: "expulsion";
			readonly account: AccountId;
			readonly room: string;
			/** True if the ghost may not even come back when it is invited. */
			readonly ban: boolean;
			readonly reason?: string;
	  }
	/** The sender's account was deleted there, so all of its messages are removed here. */
	| { readonly kind: "gone" }
	/** The room of a link has consented, can't be reached, or was closed. `sender` is the person who caused it there. */
	| {
			readonly kind: "portal";
			readonly portal: PortalId;
			readonly room: string;
			readonly state: PortalState;
			readonly reason?: string;
			/** What the room has agreed to; absent: what it was. */
			readonly moderation?: Moderation;
	  }
);

/** A message of the other network. */
export type RemoteMessage = Extract<RemoteEvent, { kind: "message" }>;

/** The kind of a remote event. */
export type RemoteEventKind = RemoteEvent["kind"];

/** Why a remote event changes nothing here. */
export type IgnoredReason = "unknown-place" | "unknown-target" | "not-allowed" | "not-owner" | "gone";

/** The outcome of a remote event. It is durable in every case, so the event can be acknowledged. */
export type Received =
	| { readonly status: "accepted"; readonly message?: MessageId }
	| { readonly status: "duplicate" }
	/** Stored until its parent or target arrives. */
	| { readonly status: "parked" }
	| { readonly status: "ignored"; readonly reason: IgnoredReason };
