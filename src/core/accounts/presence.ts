import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate } from "../ports/store.ts";

export const availabilities = ["online", "away", "dnd", "offline"] as const;

/** What somebody says of whether they are there (OFSCP §5.1). Not in the log: nobody asks how it was. */
export interface Presence {
	readonly availability: (typeof availabilities)[number];
	/** Plain text, at most 200 characters. */
	readonly status: string;
}

/** By the account's id. */
export const presences: Collection<Presence> = { name: "presences", version: 1, indexes: {} };

export const nobodyThere: Presence = { availability: "offline", status: "" };

export async function presenceOf({ store }: Pick<World, "store">, account: AccountId): Promise<Presence> {
	return (await store.get(presences, account))?.doc ?? nobodyThere;
}

/** The last one to say so is right. */
export async function setPresence(
	{ store }: Pick<World, "store">,
	account: AccountId,
	presence: Presence,
): Promise<void> {
	for (;;) {
		const stored = await store.get(presences, account);
		if (stored !== undefined) {
			if (await store.replace(presences, account, stored.rev, presence)) return;
			continue;
		}
		try {
			return await store.insert(presences, account, presence);
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}
}
