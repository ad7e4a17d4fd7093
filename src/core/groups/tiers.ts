import type { CoreContext } from "../events/context.ts";
import { builtInTiers, type Tier, type TierId, type TierRules } from "../model/tier.ts";
import type { Collection } from "../ports/store.ts";

/** The stored tiers, by id. */
export const tiers: Collection<Tier> = { name: "tiers", version: 1, indexes: {} };

/** The rules of a tier that no longer exists: only accounts that were added to the channel read it, and it is not federated. */
const narrowest: TierRules = builtInTiers[0].rules;

/** The current rules of a tier, read for every decision, since an administrator may change them at any time. */
export async function rulesOf({ store }: Pick<CoreContext, "store">, tier: TierId): Promise<TierRules> {
	return (await store.get(tiers, tier))?.doc.rules ?? builtInTiers.find(({ id }) => id === tier)?.rules ?? narrowest;
}

/** All tiers: first the built-in ones, then those that the provider has defined. */
export async function listTiers({ store }: Pick<CoreContext, "store">): Promise<readonly Tier[]> {
	const stored = (await store.page(tiers, { order: "asc", limit: 1000 })).map(({ doc }) => doc);
	const builtIn = builtInTiers.map((tier) => stored.find(({ id }) => id === tier.id) ?? tier);
	return [...builtIn, ...stored.filter(({ id }) => builtInTiers.every((tier) => tier.id !== id))];
}

/** True if there is a tier with this id. */
export async function isTier({ store }: Pick<CoreContext, "store">, id: string): Promise<boolean> {
	return builtInTiers.some((tier) => tier.id === id) || (await store.get(tiers, id)) !== undefined;
}

/** Stores the built-in tiers that are missing. Called at start. */
export const seedTiers = ({ store }: Pick<CoreContext, "store">): Promise<void> =>
	store.insertMissing(
		tiers,
		builtInTiers.map((doc) => ({ id: doc.id, doc })),
	);
