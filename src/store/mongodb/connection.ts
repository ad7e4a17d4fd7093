import type { Db, MongoClient } from "mongodb";
import { SetupError } from "../../core/errors.ts";

/**
 * Timeouts in milliseconds for a missing server, a new connection and a silent server, each of which is reported as 503. Those that the URL
 * names take precedence.
 */
const timeouts = { serverSelectionTimeoutMS: 2_000, connectTimeoutMS: 2_000, socketTimeoutMS: 10_000 };
/** The timeout for a majority of the servers, in milliseconds. */
const majorityMs = 10_000;

/**
 * Connects, and checks that a server answers. The driver is only loaded here, since most instances do not need it.
 *
 * @throws {SetupError} the URL is wrong, or the server rejects the user
 */
export async function connect(url: string, database?: string): Promise<{ client: MongoClient; db: Db }> {
	const { MongoClient } = await import("mongodb");
	const client = clientOf(MongoClient, url);
	try {
		await client.connect();
		const named = client.options.dbName === "test" ? "causeway" : client.options.dbName;
		const db = client.db(database ?? named);
		await db.command({ ping: 1 });
		return { client, db };
	} catch (error) {
		await client.close();
		throw isRejected(error) ? new SetupError(`store.url: ${rejected}`, { cause: error }) : error;
	}
}

const rejected =
	"the MongoDB server rejects the user or the password. Correct them, or give the user access to the database";
/** AuthenticationFailed and Unauthorized. */
const isRejected = (error: unknown): boolean => [13, 18].includes(Number((error as { code?: unknown }).code));

function clientOf(Client: typeof MongoClient, url: string): MongoClient {
	try {
		return open(Client, url);
	} catch (error) {
		// The driver's words about a URL with a password may contain a part of it.
		const words = url.includes("@") || !(error instanceof Error) ? "" : ` (${error.message})`;
		throw new SetupError(
			`store.url is not a valid MongoDB URL${words}. Correct it: mongodb://user:password@host:port/database, with special characters percent-encoded`,
			{ cause: error },
		);
	}
}

const open = (Client: typeof MongoClient, url: string): MongoClient =>
	new Client(url, {
		appName: "causeway",
		...timeoutsBeside(url),
		writeConcern: { w: "majority", journal: true, wtimeoutMS: majorityMs },
		readPreference: "primary",
		ignoreUndefined: true,
	});

/** The timeouts that the URL does not name. The driver prefers options to the URL, and names in URLs have no case. */
function timeoutsBeside(url: string): Partial<typeof timeouts> {
	const named = new Set([...new URLSearchParams(url.split("?")[1])].map(([name]) => name.toLowerCase()));
	return Object.fromEntries(Object.entries(timeouts).filter(([name]) => !named.has(name.toLowerCase())));
}
