import test from "ava";
import { versionOf } from "#core/federation/document-version.ts";
import { openCore } from "../../support/core.ts";

test("the version of a document grows with each change of its text, also under concurrent reads", async (t) => {
	const { context } = await openCore(t);
	t.is(await versionOf(context, "d", "a"), 1);
	t.is(await versionOf(context, "d", "a"), 1);
	t.is(await versionOf(context, "d", "b"), 2);
	t.is(await versionOf(context, "other", "b"), 1);
	t.deepEqual(
		await Promise.all([versionOf(context, "d", "c"), versionOf(context, "d", "c"), versionOf(context, "d", "c")]),
		[3, 3, 3],
	);
	t.is(await versionOf(context, "d", "a"), 4, "a return to an earlier text is a change too");
});
