import test from "ava";
import { accounts } from "#core/accounts/account.ts";
import { pagesOf } from "#core/events/pages.ts";
import { openCore } from "../../support/core.ts";

test("every document of a collection is read once, in pages, however many there are", async (t) => {
	const { context, person } = await openCore(t);
	for (const count of [0, 1, 2, 3, 4, 5]) {
		const read: string[] = [];
		for await (const page of pagesOf(context.store, accounts, { limit: 2 })) {
			t.true(page.length <= 2);
			read.push(...page.map(({ doc }) => doc.handle));
		}
		t.deepEqual(read.toSorted(), ["p0", "p1", "p2", "p3", "p4"].slice(0, count));
		await person(`p${count}`);
	}
});

test("no further page is read once the signal is aborted", async (t) => {
	const { context, person } = await openCore(t);
	for (const handle of ["ann", "bob"]) await person(handle);
	const ending = new AbortController();
	const pages = pagesOf(context.store, accounts, { limit: 1, signal: ending.signal });
	t.is((await pages.next()).value?.length, 1);
	ending.abort(new Error("stopped"));
	await t.throwsAsync(pages.next(), { message: "stopped" });
});
