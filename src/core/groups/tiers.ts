import type { World } from "../events/world.ts";
import { builtInTiers, type Tier, type TierId, type TierRules } from "../model/tier.ts";
import type { Collection } from "../ports/store.ts";

export const tiers: Collection<Tier> = { name: "tiers", version: 1, indexes: {} };

/** A channel whose tier is not known any more is seen by those who were added to it, and does not leave the provider. */
const narrowest: TierRules = builtInTiers[0].rules;

/** What a tier allows now: read wherever a decision is made, since an administrator may change it at any time. */
export async function rulesOf({ store }: Pick<World, "store">, tier: TierId): Promise<TierRules> {
	return (await store.get(tiers, tier))?.doc.rules ?? builtInTiers.find(({ id }) => id === tier)?.rules ?? narrowest;
}

/** Every tier there is: those that always exist first, then the provider's own. */
export async function listTiers({ store }: Pick<World, "store">): Promise<readonly Tier[]> {
	const stored = (await store.page(tiers, { order: "asc", limit: 1000 })).map(({ doc }) => doc);
	const builtIn = builtInTiers.map((tier) => stored.find(({ id }) => id === tier.id) ?? tier);
	return [...builtIn, ...stored.filter(({ id }) => builtInTiers.every((tier) => tier.id !== id))];
}

/** True when there is a tier of this name. */
export async function isTier({ store }: Pick<World, "store">, id: string): Promise<boolean> {
	return builtInTiers.some((tier) => tier.id === id) || (await store.get(tiers, id)) !== undefined;
}

/** Stores the tiers that always exist, unless they are there. Called at start. */
export const seedTiers = ({ store }: Pick<World, "store">): Promise<void> =>
	store.insertMissing(
		tiers,
		builtInTiers.map((doc) => ({ id: doc.id, doc })),
	);
