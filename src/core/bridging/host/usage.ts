import { accounts } from "../../accounts/account.ts";
import { isWithin } from "../../clock.ts";
import type { CoreContext } from "../../events/context.ts";
import type { AccountId } from "../../ids.ts";
import { messages } from "../../messages/message.ts";
import type { Account } from "../../model/account.ts";
import type { Usage } from "../../ports/bridge/people.ts";

/** How long the numbers are kept, in milliseconds: they are read by crawlers, and cost a look at every account. */
const keptMs = 3_600_000;
const dayMs = 86_400_000;
const batch = 1000;

/** Counts accounts and posts of this provider, at most once an hour. An account is active if it has posted. */
export function createUsage(context: Pick<CoreContext, "store" | "clock">): () => Promise<Usage> {
	let known: { readonly usage: Promise<Usage>; readonly at: number } | undefined;
	return () => {
		const now = context.clock.now();
		if (known === undefined || !isWithin(known.at, now, keptMs)) {
			const usage = count(context, now);
			const counted = { usage, at: now };
			known = counted;
			usage.catch(() => {
				if (known === counted) known = undefined;
			});
		}
		return known.usage;
	};
}

async function count({ store }: Pick<CoreContext, "store">, now: number): Promise<Usage> {
	const usage = { users: 0, activeMonth: 0, activeHalfyear: 0, posts: 0 };
	for await (const { id } of livingAccounts({ store })) {
		usage.users++;
		usage.posts += await store.count(messages, "author", [id]);
		const [last] = await store.page(messages, { index: "author", prefix: [id], order: "desc", limit: 1 });
		const idle = last === undefined ? Number.POSITIVE_INFINITY : now - last.doc.at;
		if (idle < 30 * dayMs) usage.activeMonth++;
		if (idle < 180 * dayMs) usage.activeHalfyear++;
	}
	return usage;
}

async function* livingAccounts({ store }: Pick<CoreContext, "store">): AsyncGenerator<Account> {
	const seen = new Set<AccountId>();
	for (let after: readonly [number] | undefined; ; ) {
		const page = await store.page(accounts, {
			index: "local",
			order: "asc",
			limit: batch,
			...(after === undefined ? {} : { after }),
		});
		const fresh = page.filter(({ doc }) => !seen.has(doc.id));
		for (const { doc } of fresh) {
			seen.add(doc.id);
			if (doc.deletedAt === undefined) yield doc;
		}
		const last = page.at(-1)?.doc;
		if (last === undefined || page.length < batch || fresh.length === 0) return;
		// Several accounts can have been created in the same millisecond.
		after = [last.createdAt - 1];
	}
}
