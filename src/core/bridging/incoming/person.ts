import { appendAccountDeletion } from "../../erasure/delete-account.ts";
import { accountsOfPerson } from "../../federation/same-person.ts";
import { type Receiver, requestOf, resolved } from "./batch.ts";

/** A profile has changed. The sender of every event is updated before the event is received, so nothing is left to do. */
export const receiveProfile: Receiver<"profile"> = async () => resolved({ status: "accepted" });

/**
 * A remote account was deleted, and with it the accounts here that were merged into it. The consumer `erase` then removes their messages one by
 * one.
 */
export const receiveGone: Receiver<"gone"> = async (batch, sender, event) => {
	if (sender.deletedAt !== undefined) return resolved({ status: "duplicate" });
	await batch.flush();
	// The account itself comes last: until it is deleted, the event is not answered as a duplicate.
	for (const merged of await accountsOfPerson(batch.context, sender))
		if (merged.deletedAt === undefined) await appendAccountDeletion(batch.context, merged);
	const isNew = await appendAccountDeletion(batch.context, sender, requestOf(batch, event));
	return resolved({ status: isNew ? "accepted" : "duplicate" });
};
