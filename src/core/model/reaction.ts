import type { AccountId, BridgeName, MessageId } from "../ids.ts";

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
