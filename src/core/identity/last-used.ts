import { BoundedMap } from "../bounded-map.ts";
import { isWithin } from "../clock.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate, type Store } from "../ports/store.ts";
import type { IdentityContext } from "./identity.ts";

/** When a credential or a session was last used. Deleted after a long time without use. */
export interface Use extends Expiring {
	readonly at: number;
}

/** The last uses, by the id of the credential or session. */
export const uses: Collection<Use> = { name: "uses", version: 1, indexes: { expiresAt: expiryIndex } };

/** The precision of the time, and so the shortest interval between two writes for one credential. */
const everyMs = 60_000;
const keptMs = 400 * 86_400_000;

/** The uses that this process has written recently, by store. */
const written = new WeakMap<Store, BoundedMap<string, number>>();

/**
 * Records the use of a credential, to the minute, in the background: a crash loses at most a minute.
 *
 * @param id the id of the session, or of the credential if there is no session
 */
export function recordUse(context: Pick<IdentityContext, "store" | "clock" | "identity">, id: string): void {
	const now = context.clock.now();
	const recent = written.get(context.store) ?? new BoundedMap<string, number>(10_000);
	written.set(context.store, recent);
	if (isWithin(recent.get(id) ?? 0, now, everyMs)) return;
	recent.set(id, now);
	context.identity.background.run("Recording the use of a credential", () => write(context, id, now));
}

async function write({ store }: Pick<IdentityContext, "store">, id: string, at: number): Promise<void> {
	const doc: Use = { at, expiresAt: at + keptMs };
	const stored = await store.get(uses, id);
	// A concurrent write stores the same time.
	if (stored !== undefined) await store.replace(uses, id, stored.rev, doc);
	else
		await store.insert(uses, id, doc).catch((error: unknown) => {
			if (!(error instanceof Duplicate)) throw error;
		});
}

/** When a credential or session was last used, in milliseconds since 1970; `undefined` if never. */
export const lastUsedOf = async ({ store }: Pick<IdentityContext, "store">, id: string): Promise<number | undefined> =>
	(await store.get(uses, id))?.doc.at;
