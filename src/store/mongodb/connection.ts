import type { Db, MongoClient } from "mongodb";

/** Timeouts in milliseconds for a missing server, a silent one and a missing majority, each of which is reported as 503. */
const timeouts = { selection: 2_000, socket: 10_000, majority: 10_000 };

/** Connects, and checks that a server answers. The driver is only loaded here, since most instances do not need it. */
export async function connect(url: string, database?: string): Promise<{ client: MongoClient; db: Db }> {
	const { MongoClient } = await import("mongodb");
	const client = new MongoClient(url, {
		appName: "causeway",
		serverSelectionTimeoutMS: timeouts.selection,
		connectTimeoutMS: timeouts.selection,
		socketTimeoutMS: timeouts.socket,
		writeConcern: { w: "majority", journal: true, wtimeoutMS: timeouts.majority },
		readPreference: "primary",
		ignoreUndefined: true,
	});
	try {
		await client.connect();
		const named = client.options.dbName === "test" ? "causeway" : client.options.dbName;
		const db = client.db(database ?? named);
		await db.command({ ping: 1 });
		return { client, db };
	} catch (error) {
		await client.close();
		throw error;
	}
}
