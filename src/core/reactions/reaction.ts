import { createHash } from "node:crypto";
import type { AccountId, MessageId } from "../ids.ts";
import type { Reaction } from "../model/reaction.ts";
import type { Collection } from "../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** The id of a reaction: there is one per message, account and key. */
export function reactionId(message: MessageId, author: AccountId, key: string): string {
	return `${message}/${author}/${createHash("sha256").update(key).digest("base64url").slice(0, 16)}`;
}

/** The natural key of a change of a reaction. */
export const reactionKey = ({
	message,
	author,
	key,
	generation,
}: Pick<Reaction, "message" | "author" | "key" | "generation">): string =>
	`reaction:${reactionId(message, author, key)}:${generation}`;

/** The reactions, withdrawn ones included. `remote` finds a reaction by its id on its own network. */
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
