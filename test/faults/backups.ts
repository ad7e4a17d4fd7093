import { copyFileSync, rmSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Document, MongoClient } from "mongodb";
import { startMongo } from "../peers/mongodb.ts";
import { freePort } from "../support/free-port.ts";

/** A store of a provider that is backed up while the provider runs, and restored while it does not. */
export interface BackedUpStore extends AsyncDisposable {
	/** Configures the provider for it. */
	readonly env: Readonly<Record<string, string>>;
	backUp(dataDir: string): Promise<void>;
	restore(dataDir: string): Promise<void>;
}

export const stores = {
	sqlite: async (): Promise<BackedUpStore> => {
		const files = (dataDir: string) => [path.join(dataDir, "causeway.db"), path.join(dataDir, "backup.db")] as const;
		return {
			env: {},
			async backUp(dataDir) {
				const [database, backup] = files(dataDir);
				using source = new DatabaseSync(database);
				source.exec(`VACUUM INTO '${backup}'`);
			},
			async restore(dataDir) {
				const [database, backup] = files(dataDir);
				for (const end of ["", "-wal", "-shm"]) rmSync(`${database}${end}`, { force: true });
				copyFileSync(backup, database);
			},
			async [Symbol.asyncDispose]() {},
		};
	},
	mongodb: async (): Promise<BackedUpStore> => {
		await using opened = new AsyncDisposableStack();
		const server = await startMongo();
		opened.defer(() => server.stop());
		const url = new URL(server.url);
		url.pathname = `/causeway-backup-${process.pid}-${await freePort()}`;
		const client = await MongoClient.connect(url.href);
		opened.defer(() => client.close());
		const database = client.db();
		const backup = new Map<string, readonly Document[]>();
		const kept = opened.move();
		return {
			env: { CAUSEWAY_STORE_KIND: "mongodb", CAUSEWAY_STORE_URL: url.href },
			async backUp() {
				for (const { collectionName } of await database.collections())
					backup.set(collectionName, await database.collection(collectionName).find().toArray());
			},
			async restore() {
				for (const collection of await database.collections()) {
					await collection.deleteMany({});
					const rows = backup.get(collection.collectionName) ?? [];
					if (rows.length > 0) await collection.insertMany([...rows]);
				}
			},
			[Symbol.asyncDispose]: () => kept.disposeAsync(),
		};
	},
} as const;
