import type { Collection } from "../ports/store.ts";
import type { CoreContext } from "./context.ts";

/** One document, which is written only to find out whether the store can be written to. */
export const storeProbes: Collection<{ readonly at: number }> = { name: "store_probes", version: 1, indexes: {} };

const id = "probe";

/** Reads and writes a document. @throws {StoreUnavailable} the store can't be used now */
export async function probeStore({ store, clock }: Pick<CoreContext, "store" | "clock">): Promise<void> {
	const stored = await store.get(storeProbes, id);
	const doc = { at: clock.now() };
	if (stored === undefined) await store.insertMissing(storeProbes, [{ id, doc }]);
	// If another process has just written it, the store can be written to all the same.
	else await store.replace(storeProbes, id, stored.rev, doc);
}
