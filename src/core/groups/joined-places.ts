import type { CoreContext } from "../events/context.ts";
import type { Account } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import type { Membership } from "../model/membership.ts";
import type { Stored } from "../ports/store.ts";
import { groups, groupsOwnedBy } from "./group.ts";
import { memberships } from "./membership.ts";

type Reader = Pick<CoreContext, "store">;

/** The places that an account has joined, oldest first: channels (`chn`, which it follows) or groups (`grp`). */
export async function* joinedPlaces(
	context: Reader,
	account: Account,
	kind: "chn" | "grp",
): AsyncGenerator<Membership, void> {
	const prefix = [account.id, kind, "joined"];
	let last: Membership | undefined;
	for (;;) {
		const page: readonly Stored<Membership>[] = await context.store.page(memberships, {
			index: "account",
			prefix,
			...(last === undefined ? {} : { after: [...prefix, last.since, last.place] }),
			order: "asc",
			limit: 500,
		});
		for (const { doc } of page) yield doc;
		last = page.at(-1)?.doc;
		if (page.length < 500) return;
	}
}

/** A group of an account, and since when it is a member, in milliseconds since 1970. */
export interface GroupOf {
	readonly group: Group;
	readonly since: number;
}

/** The groups that an account owns (its personal one first), and those that it has joined. */
export async function groupsOf(context: Reader, account: Account): Promise<readonly GroupOf[]> {
	const found = new Map<string, GroupOf>();
	for await (const group of groupsOwnedBy(context, account.id)) found.set(group.id, { group, since: group.createdAt });
	for await (const { place, since } of joinedPlaces(context, account, "grp")) {
		const group = found.has(place) ? undefined : (await context.store.get(groups, place))?.doc;
		if (group !== undefined) found.set(place, { group, since });
	}
	return [...found.values()];
}
