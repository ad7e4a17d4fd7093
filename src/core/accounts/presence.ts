import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate } from "../ports/store.ts";

/** The availabilities that an account can set (OFSCP §5.1). */
export const availabilities = ["online", "away", "dnd", "offline"] as const;

/** The presence that an account has set (OFSCP §5.1). It is not in the log, since its history is of no interest. */
export interface Presence {
	readonly availability: (typeof availabilities)[number];
	/** Plain text, at most 200 characters. */
	readonly status: string;
}

/** The presences, by account id. */
export const presences: Collection<Presence> = { name: "presences", version: 1, indexes: {} };

/** The presence of an account that has set none, or that the reader may not see. */
export const offline: Presence = { availability: "offline", status: "" };

/** The presence of an account. */
export async function presenceOf({ store }: Pick<CoreContext, "store">, account: AccountId): Promise<Presence> {
	return (await store.get(presences, account))?.doc ?? offline;
}

/** Sets the presence of an account. The last write wins. */
export async function setPresence(
	{ store }: Pick<CoreContext, "store">,
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
