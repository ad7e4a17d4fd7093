import { BoundedMap } from "../bounded-map.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate, type Store } from "../ports/store.ts";
import type { IdentityWorld } from "./identity.ts";

/** When a credential or a session was last used; forgotten when that was long ago. */
export interface Use extends Expiring {
	readonly at: number;
}

export const uses: Collection<Use> = { name: "uses", version: 1, indexes: { expiresAt: expiryIndex } };

/** As exact as anybody needs to know it; so often, at most, does a credential in use cost a write. */
const everyMs = 60_000;
const keptMs = 400 * 86_400_000;

/** What this process has written lately, by store. */
const written = new WeakMap<Store, BoundedMap<string, number>>();

/**
 * Remembers that a credential is being used, to the minute. The caller does not wait: a crash loses a minute of it.
 *
 * @param id a session's, or else a credential's
 */
export function noteUse(world: Pick<IdentityWorld, "store" | "clock" | "identity">, id: string): void {
	const now = world.clock.now();
	const recent = written.get(world.store) ?? new BoundedMap<string, number>(10_000);
	written.set(world.store, recent);
	if (now - (recent.get(id) ?? Number.NEGATIVE_INFINITY) < everyMs) return;
	recent.set(id, now);
	world.identity.background.run("Noting the use of a credential", () => write(world, id, now));
}

async function write({ store }: Pick<IdentityWorld, "store">, id: string, at: number): Promise<void> {
	const doc: Use = { at, expiresAt: at + keptMs };
	const stored = await store.get(uses, id);
	// Whoever writes at the same moment writes the same.
	if (stored !== undefined) await store.replace(uses, id, stored.rev, doc);
	else
		await store.insert(uses, id, doc).catch((error: unknown) => {
			if (!(error instanceof Duplicate)) throw error;
		});
}

/** When it was last used, in milliseconds; `undefined`: never. */
export const lastUsedOf = async ({ store }: Pick<IdentityWorld, "store">, id: string): Promise<number | undefined> =>
	(await store.get(uses, id))?.doc.at;
