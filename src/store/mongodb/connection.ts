import type { Db, MongoClient } from "mongodb";

/** Milliseconds until a missing server, a silent one or a missing majority is an error, which becomes a 503. */
const patience = { selection: 2_000, socket: 10_000, majority: 10_000 };

/** Connects, and makes sure that a server answers. The driver is loaded here, since most instances never need it. */
export async function connect(url: string, database?: string): Promise<{ client: MongoClient; db: Db }> {
	const { MongoClient } = await import("mongodb");
	const client = new MongoClient(url, {
		appName: "causeway",
		serverSelectionTimeoutMS: patience.selection,
		connectTimeoutMS: patience.selection,
		socketTimeoutMS: patience.socket,
		writeConcern: { w: "majority", journal: true, wtimeoutMS: patience.majority },
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
