import { copyFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import test, { type ExecutionContext } from "ava";
import { SetupError } from "../../src/core/errors.ts";
import { noFailPoints } from "../../src/core/ports/fail-points.ts";
import { openSqliteStore } from "../../src/store/sqlite/index.ts";
import { collections, folds, post } from "../contracts/store-collections.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function newPlace(t: ExecutionContext) {
	const folder = await temporaryFolder(t);
	const file = `${folder}/causeway.db`;
	const backup = `${folder}/backup.db`;
	const open = async (options: { readonly acceptsOlder?: true } = {}) => {
		const store = await openSqliteStore({
			file,
			collections,
			failPoints: noFailPoints,
			clock: { now: () => 5 },
			...options,
		});
		t.teardown(() => store.close());
		return store;
	};
	return {
		file,
		open,
		async append(count: number) {
			const store = await open();
			for (let n = 0; n < count; n++) await store.append(post(`s${n % 3}`, String(n)), { folds });
			await store.close();
		},
		/** As an operator does beside the running server. */
		backUp() {
			rmSync(backup, { force: true });
			using database = new DatabaseSync(file);
			database.exec(`VACUUM INTO '${backup}'`);
		},
		restore() {
			for (const end of ["", "-wal", "-shm"]) rmSync(`${file}${end}`, { force: true });
			copyFileSync(backup, file);
		},
	};
}

for (const lost of [1, 2, 150])
	test(`a database that lacks the last ${lost} of the events that were here is noticed, and opened only if that is accepted`, async (t) => {
		const place = await newPlace(t);
		await place.append(4);
		place.backUp();
		await place.append(lost);
		place.restore();
		const error = await t.throwsAsync(place.open(), { instanceOf: SetupError });
		t.regex(
			error.message,
			new RegExp(`^\\S+ is older than .* its log ends ${lost} events earlier\\. .*causeway -- restore$`),
		);
		await t.throwsAsync(place.open(), { instanceOf: SetupError }, "a refused start changes nothing");
		const store = await place.open({ acceptsOlder: true });
		await store.append(post("s0", "after"), { folds });
		await store.close();
		await t.notThrowsAsync(place.open());
	});

test("a backup of all that was here, a database that was only closed, and one without the file beside it are not older", async (t) => {
	const place = await newPlace(t);
	await place.append(4);
	place.backUp();
	place.restore();
	await t.notThrowsAsync(place.append(2));
	await t.notThrowsAsync(place.append(0));
	rmSync(`${place.file}.newest-row`);
	place.restore();
	await t.notThrowsAsync(place.append(1));
});

test("a file that was cut off or overwritten is no reason to refuse a database", async (t) => {
	const place = await newPlace(t);
	await place.append(3);
	for (const damage of [
		() => truncateSync(`${place.file}.newest-row`),
		() => writeFileSync(`${place.file}.newest-row`, "rubbish"),
	]) {
		damage();
		await t.notThrowsAsync(place.append(1));
	}
	t.is(readFileSync(`${place.file}.newest-row`, "latin1").slice(0, 16), "0000000000000005");
});

test("appends that were rolled back, or made by another process, never make a database look older", async (t) => {
	const place = await newPlace(t);
	const [one, other] = [await place.open(), await place.open()];
	const failing = { ...post("s", ""), body: { kind: "fail" } } as const;
	for (let n = 0; n < 20; n++) {
		await Promise.allSettled(
			[one, other, one].map((store, i) => store.append(i === 2 ? failing : post(`t${i}`, "x"), { folds })),
		);
		await t.throwsAsync(one.append(failing, { folds }));
	}
	await one.close();
	await other.close();
	await t.notThrowsAsync(place.open());
});
