import type { Group } from "../model/group.ts";
import type { Collection } from "../ports/store.ts";

/** The groups, by id. */
export const groups: Collection<Group> = {
	name: "groups",
	version: 1,
	indexes: { owner: { kinds: ["text", "int"], of: (g) => [g.owner, g.createdAt] } },
};
