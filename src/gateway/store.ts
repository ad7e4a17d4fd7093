import path from "node:path";
import { collections } from "#core/catalogue/collections.ts";
import type { Clock } from "#core/clock.ts";
import type { FailPoints } from "#core/ports/fail-points.ts";
import type { Logger } from "#core/ports/logger.ts";
import type { Store } from "#core/ports/store.ts";
import type { Config } from "../config.ts";
import { databaseName } from "./data-folder.ts";

/** What a store needs besides its configuration. */
export interface StoreDependencies {
	readonly logger: Logger;
	readonly clock: Clock;
	readonly failPoints: FailPoints;
	/** Opens a store that was restored from a backup. */
	readonly acceptsOlder?: true;
	/** The process is a command beside a server, which must not see anything that is not durable; it can wait for the disk. */
	readonly flushesInPlace?: true;
}

/** Opens the configured store with all collections of the core. @throws {StoreUnavailable} if its server can't be reached */
export async function openStore(
	{ store, dataDir }: Pick<Config, "store" | "dataDir">,
	{ logger, acceptsOlder, flushesInPlace, ...rest }: StoreDependencies,
): Promise<Store> {
	const options = { collections, ...rest };
	if (store.kind === "mongodb") {
		const { openMongoStore } = await import("../store/mongodb/index.ts");
		return openMongoStore({ url: store.url, logger, ...options });
	}
	const { openSqliteStore } = await import("../store/sqlite/index.ts");
	return openSqliteStore({
		file: path.join(dataDir, databaseName),
		...options,
		...(acceptsOlder && { acceptsOlder }),
		...(flushesInPlace && { flushesInPlace }),
	});
}
