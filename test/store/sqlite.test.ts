import { join } from "node:path";
import { systemClock } from "../../src/core/clock.ts";
import { noFailPoints } from "../../src/core/ports/fail-points.ts";
import { openSqliteStore } from "../../src/store/sqlite/index.ts";
import { storeContract } from "../contracts/store.ts";
import { collections } from "../contracts/store-collections.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

storeContract("sqlite", async (t) => {
	const file = join(await temporaryFolder(t), "store.db");
	return {
		async open(opening = {}) {
			const store = await openSqliteStore({ file, collections, failPoints: noFailPoints, clock: systemClock, ...opening });
			t.teardown(() => store.close());
			return store;
		},
	};
});
