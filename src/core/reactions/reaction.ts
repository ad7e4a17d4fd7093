import { createHash } from "node:crypto";
import { remoteKey } from "../bridging/remote-key.ts";
import type { AccountId, BridgeName, MessageId } from "../ids.ts";
import type { Collection } from "../ports/store.ts";

/** That somebody reacted to a message with a key (OFSCP §5.3: its `definition`). */
export interface Reaction {
	readonly message: MessageId;
	readonly author: AccountId;
	/** A grapheme, or the name of an image. */
	readonly key: string;
	readonly unicode?: string;
	readonly image?: string;
	readonly description?: string;
	readonly active: boolean;
	/** Counts the times that it changed, as in a membership. */
	readonly generation: number;
	readonly origin?: { readonly bridge: BridgeName; readonly id: string };
	readonly at: number;
}

/** The id of a reaction: one per message, person and key. */
export function reactionId(message: MessageId, author: AccountId, key: string): string {
	return `${message}/${author}/${createHash("sha256").update(key).digest("base64url").slice(0, 16)}`;
}

export const reactions: Collection<Reaction> = {
	name: "reactions",
	version: 1,
	indexes: {
		message: {
			kinds: ["text", "int", "text"],
			of: (r) => (r.active ? [r.message, r.at, reactionId(r.message, r.author, r.key)] : undefined),
		},
		author: { kinds: ["text", "text"], of: (r) => (r.active ? [r.author, r.message] : undefined) },
		remote: {
			kinds: ["text"],
			of: (r) => (r.origin === undefined ? undefined : [remoteKey(r.origin.bridge, r.origin.id)]),
		},
	},
};
