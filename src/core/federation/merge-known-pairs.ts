import { accounts } from "../accounts/account.ts";
import type { CoreContext } from "../events/context.ts";
import { pagesOf } from "../events/pages.ts";
import type { Account } from "../model/account.ts";
import { ofscp } from "./federation.ts";
import { withProvenHandle } from "./proven-handle.ts";
import { remoteUsers } from "./remote-users.ts";

/** How many accounts are read at once. */
const batch = 100;

/**
 * Merges the accounts of people of other OFSCP providers that got a number in earlier versions, because the same person was known from the
 * fediverse, with the account that they have from there. What their home has said about them tells their real handle. Accounts of which
 * nothing is kept, and those of other networks, are renamed or merged when they are next heard of.
 *
 * @throws the signal's reason when it is aborted; it can be repeated
 */
export async function mergeKnownPairs(context: CoreContext, signal: AbortSignal): Promise<void> {
	for await (const page of pagesOf(context.store, accounts, { limit: batch, signal })) {
		for (const { doc } of page) await mergeIfNumbered(context, doc);
	}
}

async function mergeIfNumbered(context: CoreContext, account: Account): Promise<void> {
	const { origin, domain, profile, kind, bridgeable, deletedAt, mergedInto } = account;
	if (origin?.bridge !== ofscp || domain === context.domain || deletedAt !== undefined || mergedInto !== undefined)
		return;
	// A number may have been appended to a name that ends in one.
	for (let handle = account.handle; /_\d+$/.test(handle); ) {
		handle = handle.replace(/_\d+$/, "");
		const user = (await context.store.get(remoteUsers, `${handle}@${domain}`))?.doc;
		if (user === undefined || `${user.id}@${user.home}` !== origin.id) continue;
		await withProvenHandle(context, account, { handle, domain, profile, kind, bridgeable, origin });
		return;
	}
}
