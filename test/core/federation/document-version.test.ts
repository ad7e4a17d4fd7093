import test from "ava";
import { versionOf } from "#core/federation/document-version.ts";
import { openCore } from "../../support/core.ts";

test("a document's version grows with each change, is the same for the same text, and has one winner", async (t) => {
	const { world } = await openCore(t);
	t.is(await versionOf(world, "d", "a"), 1);
	t.is(await versionOf(world, "d", "a"), 1);
	t.is(await versionOf(world, "d", "b"), 2);
	t.is(await versionOf(world, "other", "b"), 1);
	t.deepEqual(
		await Promise.all([versionOf(world, "d", "c"), versionOf(world, "d", "c"), versionOf(world, "d", "c")]),
		[3, 3, 3],
	);
	t.is(await versionOf(world, "d", "a"), 4, "back is forward, too");
});
