import type { AccountId, BridgeName, MessageId } from "../ids.ts";
import type { Metadata } from "./message.ts";

/** An account's reaction to a message (OFSCP §5.3: its `definition`), active or withdrawn. */
export interface Reaction {
	readonly message: MessageId;
	readonly author: AccountId;
	/** A grapheme, or the name of an image. */
	readonly key: string;
	readonly unicode?: string;
	readonly image?: string;
	readonly description?: string;
	readonly metadata?: readonly Metadata[];
	readonly active: boolean;
	/** Counts the changes, as in a membership. */
	readonly generation: number;
	readonly origin?: { readonly bridge: BridgeName; readonly id: string };
	/** When the remote event that led to this state happened, by its sender's clock. */
	readonly sentAt?: number;
	readonly at: number;
}
