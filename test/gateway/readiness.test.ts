import path from "node:path";
import test from "ava";
import { StoreUnavailable } from "#core/ports/store.ts";
import { createStoreCheck } from "../../src/gateway/readiness.ts";
import { startMongo } from "../peers/mongodb.ts";
import { runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

/** A store that answers each probe when the test says so. */
function scene(times: { valid: number; patience: number; abandon: number }) {
	const asked: PromiseWithResolvers<void>[] = [];
	const changes: unknown[] = [];
	const trouble = createStoreCheck({
		probe() {
			const answer = Promise.withResolvers<void>();
			asked.push(answer);
			return answer.promise;
		},
		onChange: (change) => changes.push(change),
		times,
	});
	return { asked, changes, trouble };
}
const hour = 3_600_000;

test("however many ask whether the store can be used, it is asked once, and its answer holds for a while", async (t) => {
	const { asked, trouble } = scene({ valid: hour, patience: hour, abandon: hour });
	const all = Array.from({ length: 50 }, () => trouble());
	t.is(asked.length, 1);
	asked[0]?.resolve();
	t.deepEqual(new Set(await Promise.all(all)), new Set([undefined]));
	t.is(await trouble(), undefined);
	t.is(asked.length, 1);
});

test("a store that does not answer is in trouble after a while, and is not asked again until it has answered", async (t) => {
	const { asked, changes, trouble } = scene({ valid: 0, patience: 1, abandon: hour });
	for (let i = 0; i < 3; i++) {
		t.true((await trouble()) instanceof StoreUnavailable);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
	t.is(asked.length, 1);
	t.is(changes.length, 1, "what begins is told once");
	asked[0]?.resolve();
	await until("the store is asked again", async () => {
		const answer = trouble();
		asked.at(-1)?.resolve();
		return (await answer) === undefined;
	});
	t.is(changes.at(-1), undefined);
});

test("a question that the store never answers is given up after long, and the store is asked again", async (t) => {
	const { asked, trouble } = scene({ valid: 0, patience: 1, abandon: 50 });
	t.true((await trouble()) instanceof StoreUnavailable);
	await until("the store is asked again", async () => {
		const answer = trouble();
		if (asked.length > 1) asked.at(-1)?.resolve();
		return (await answer) === undefined;
	});
	t.true(asked.length > 1);
});

test("a store that fails is in trouble, and no longer when it answers", async (t) => {
	const { asked, changes, trouble } = scene({ valid: 0, patience: hour, abandon: hour });
	const first = trouble();
	const error = new StoreUnavailable("The disk is full");
	asked[0]?.reject(error);
	t.is(await first, error);
	await until("the store is asked again", async () => {
		const answer = trouble();
		asked.at(-1)?.resolve();
		return (await answer) === undefined;
	});
	t.deepEqual(changes, [error, undefined]);
});

test("a start that fails after MongoDB was opened closes it, so that the process ends", async (t) => {
	const peer = await startMongo();
	t.teardown(() => peer.stop());
	const url = new URL(peer.url);
	url.pathname = `/failing-${process.pid}`;
	const folder = await temporaryFolder(t);
	const env = { CAUSEWAY_STORE_KIND: "mongodb", CAUSEWAY_STORE_URL: url.href, CAUSEWAY_LOG_LEVEL: "silent" };
	const serving = runProgram(
		{
			...env,
			CAUSEWAY_DATA_DIR: path.join(folder, "a"),
			CAUSEWAY_LISTEN_PORT: "0",
			CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
			CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: "http://127.0.0.1:9",
			CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: "hs.test",
			CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: path.join(folder, "none.yaml"),
		},
		["serve"],
	);
	await t.throwsAsync(serving, { message: /^serve: 1 causeway: bridges\.matrix\.registration: [^\n]+\n$/ });
	// A data folder without the key of this database.
	const adding = runProgram({ ...env, CAUSEWAY_DATA_DIR: path.join(folder, "b") }, ["user", "add", "jane"]);
	await t.throwsAsync(adding, { message: /^user add jane: 1 causeway: \S+secrets\.key is missing[^\n]+\n$/ });
});
