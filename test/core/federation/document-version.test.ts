import test from "ava";
import { versionOf } from "#core/federation/document-version.ts";
import { openCore } from "../../support/core.ts";

test("the version of a document grows with each change of its text, also under concurrent reads", async (t) => {
	const { world } = await openCore(t);
	t.is(await versionOf(world, "d", "a"), 1);
	t.is(await versionOf(world, "d", "a"), 1);
	t.is(await versionOf(world, "d", "b"), 2);
	t.is(await versionOf(world, "other", "b"), 1);
	t.deepEqual(
		await Promise.all([versionOf(world, "d", "c"), versionOf(world, "d", "c"), versionOf(world, "d", "c")]),
		[3, 3, 3],
	);
	t.is(await versionOf(world, "d", "a"), 4, "a return to an earlier text is a change too");
});
