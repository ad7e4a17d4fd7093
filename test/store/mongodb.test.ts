import { randomUUID } from "node:crypto";
import test from "ava";
import { MongoClient } from "mongodb";
import { systemClock } from "../../src/core/clock.ts";
import { noFailPoints } from "../../src/core/ports/fail-points.ts";
import { openMongoStore } from "../../src/store/mongodb/index.ts";
import { storeContract, type Opening } from "../contracts/store.ts";
import { collections } from "../contracts/store-collections.ts";
import { type MongoPeer, startMongo } from "../peers/mongodb.ts";

let peer: MongoPeer;
let client: MongoClient;

test.before(async () => {
	peer = await startMongo();
	client = await MongoClient.connect(peer.url);
});
test.after.always(async () => {
	await client?.close();
	await peer?.stop();
});

const open = (database: string, opening: Opening = {}) =>
	openMongoStore({ url: peer.url, database, collections, failPoints: noFailPoints, clock: systemClock, ...opening });

storeContract("mongodb", async (t) => {
	const database = `test-${randomUUID().slice(0, 18)}`;
	t.teardown(() => client.db(database).dropDatabase());
	return {
		async open(opening) {
			const store = await open(database, opening);
			t.teardown(() => store.close());
			return store;
		},
	};
});
