import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { type Expiring, expiryIndex, sweepExpired } from "#core/ports/expiry.ts";
import type { Collection } from "#core/ports/store.ts";
import { openSqliteStore } from "../../../src/store/sqlite/index.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const codes: Collection<Expiring> = { name: "codes", version: 1, indexes: { expiresAt: expiryIndex } };

async function open(t: ExecutionContext) {
	const file = path.join(await temporaryFolder(t), "store.db");
	const clock = { time: 1_800_000_000_000, now: () => clock.time };
	let commits = 0;
	const failPoints = { hit: (point: string) => void (point === "store:after-commit" && commits++) };
	const store = await openSqliteStore({ file, collections: [codes], failPoints, clock });
	t.teardown(() => store.close());
	return { store, clock, commits: () => commits };
}

test("expired documents are deleted by the page, with one commit each, and all others stay", async (t) => {
	const { store, clock, commits } = await open(t);
	const now = clock.now();
	const docs = Array.from({ length: 2_200 }, (_, n) => ({ id: `c${n}`, doc: { expiresAt: now + n } }));
	await store.insertMissing(codes, docs);
	clock.time += 1_999;
	const before = commits();
	await sweepExpired({ store, clock }, [codes]);
	t.true(commits() - before <= 5, `${commits() - before} commits`);
	t.is(await store.count(codes, "expiresAt", []), 200);
	t.is(await store.get(codes, "c1999"), undefined);
	t.not(await store.get(codes, "c2000"), undefined);
});

test("a document that is extended while expired ones are deleted stays", async (t) => {
	const { store, clock } = await open(t);
	await store.insert(codes, "c", { expiresAt: clock.now() });
	const extending = store.replace(codes, "c", 1, { expiresAt: clock.now() + 1_000 });
	await sweepExpired({ store, clock }, [codes]);
	t.true(await extending);
	t.not(await store.get(codes, "c"), undefined);
});
