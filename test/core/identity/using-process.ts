/** Uses nonces up as soon as it is told to, and tells which ones it got: a process of its own on a store that others share. */

import { collections } from "../../../src/core/catalogue/collections.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { useNonce } from "../../../src/core/identity/nonces.ts";
import { noFailPoints } from "../../../src/core/ports/fail-points.ts";
import { openSqliteStore } from "../../../src/store/sqlite/index.ts";

const file = process.argv[2] as string;
const store = await openSqliteStore({ file, collections, failPoints: noFailPoints, clock: systemClock });
async function use(wanted: readonly string[]): Promise<void> {
	const context = { store, clock: systemClock };
	const won = await Promise.all(wanted.map((nonce) => useNonce(context, "jane@a.test", "dk_1", nonce)));
	await store.close();
	process.send?.(wanted.filter((_, i) => won[i]));
	process.disconnect();
}

process.once("message", (wanted: readonly string[]) => void use(wanted));
process.send?.("ready");
