import type { AccountId } from "../ids.ts";
import type { Group } from "../model/group.ts";
import type { Collection, Store, Stored } from "../ports/store.ts";

/** The groups, by id. */
export const groups: Collection<Group> = {
	name: "groups",
	version: 2,
	indexes: { owner: { kinds: ["text", "int", "text"], of: (g) => [g.owner, g.createdAt, g.id] } },
};

/** How many groups of an account are read at once. */
const batch = 500;

/** The groups that an account owns, oldest first: its personal one, and then its communities. */
export async function* groupsOwnedBy(
	{ store }: { readonly store: Store },
	owner: AccountId,
): AsyncGenerator<Group, void> {
	for (let last: Group | undefined; ; ) {
		const page: readonly Stored<Group>[] = await store.page(groups, {
			index: "owner",
			prefix: [owner],
			...(last === undefined ? {} : { after: [owner, last.createdAt, last.id] }),
			order: "asc",
			limit: batch,
		});
		for (const { doc } of page) yield doc;
		last = page.at(-1)?.doc;
		if (page.length < batch) return;
	}
}
