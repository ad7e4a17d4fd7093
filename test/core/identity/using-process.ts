/** A process on a shared store that uses nonces on command and reports which uses succeeded. */

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
