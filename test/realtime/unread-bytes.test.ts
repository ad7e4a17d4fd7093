import test from "ava";
import { limitUnreadBytes } from "../../src/realtime/unread-bytes.ts";

function reader(unread: number) {
	const own = { unread, isCut: false, cut: () => (own.isCut = true) };
	return own;
}

test("what waits for all readers stays within the limit, and the largest are cut first", (t) => {
	const bytes = limitUnreadBytes(1000);
	const readers = [100, 500, 200, 150].map(reader);
	for (const one of readers) bytes.grown(one);
	t.deepEqual(
		readers.map(({ isCut }) => isCut),
		[false, false, false, false],
	);
	const [small, largest, middle] = readers as [
		ReturnType<typeof reader>,
		ReturnType<typeof reader>,
		ReturnType<typeof reader>,
	];
	middle.unread = 300;
	bytes.grown(middle);
	t.deepEqual(
		readers.map(({ isCut }) => isCut),
		[false, true, false, false],
	);
	t.false(small.isCut);
	t.true(largest.isCut);
});

test("a reader that has read what waited for it no longer counts", (t) => {
	const bytes = limitUnreadBytes(1000);
	const reading = reader(900);
	bytes.grown(reading);
	reading.unread = 0;
	const other = reader(900);
	bytes.grown(other);
	t.false(reading.isCut || other.isCut);
	bytes.delete(other);
	const third = reader(1000);
	bytes.grown(third);
	t.false(third.isCut);
});
