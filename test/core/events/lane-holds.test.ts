import test from "ava";
import { clearTrouble, createLaneHolds, LaneLost, laneRecords } from "#core/events/lane-holds.ts";
import { openCore } from "../../support/core.ts";

const trouble = { failures: 1, notBefore: 10, since: 5, reason: "no answer" };

test("taking a lane increments its epoch, unless the process already holds the lane, which takes no write", async (t) => {
	const { context } = await openCore(t);
	const holds = createLaneHolds(context);
	t.is((await holds.take("deliver:x")).epoch, 1);
	const { rev } = (await context.store.get(laneRecords, "deliver:x")) ?? { rev: 0 };
	t.is((await holds.take("deliver:x")).epoch, 1);
	t.is((await context.store.get(laneRecords, "deliver:x"))?.rev, rev);
	t.is((await createLaneHolds(context).take("deliver:x")).epoch, 2);
});

test("a holder that lost its lane can't write until it takes the lane again", async (t) => {
	const { context } = await openCore(t);
	const [mine, theirs] = [createLaneHolds(context), createLaneHolds(context)];
	const lost = await mine.take("deliver:x");
	await lost.confirm();
	await theirs.take("deliver:x");
	await t.throwsAsync(lost.confirm(), { instanceOf: LaneLost });
	await t.throwsAsync(lost.setTrouble(trouble), { instanceOf: LaneLost });
	t.is((await mine.read("deliver:x")).trouble, undefined);
	const again = await mine.take("deliver:x");
	t.is(again.epoch, 3);
	await again.confirm();
});

test("a lane that was taken since its record was read gets a new epoch", async (t) => {
	const { context } = await openCore(t);
	const [mine, theirs] = [createLaneHolds(context), createLaneHolds(context)];
	await mine.take("deliver:x");
	const state = await mine.read("deliver:x");
	t.is((await state.take()).epoch, 1);
	await theirs.take("deliver:x");
	// What was read is out of date, which the next write finds out.
	await t.throwsAsync((await state.take()).confirm(), { instanceOf: LaneLost });
	t.is((await (await mine.read("deliver:x")).take()).epoch, 3);
});

test("concurrent holders of a lane get different epochs, and only the newest can write", async (t) => {
	const { context } = await openCore(t);
	const taken = await Promise.all(Array.from({ length: 20 }, () => createLaneHolds(context).take("deliver:x")));
	t.deepEqual(
		taken.map(({ epoch }) => epoch).sort((a, b) => a - b),
		Array.from({ length: 20 }, (_, n) => n + 1),
	);
	const may = await Promise.all(
		taken.map((hold) =>
			hold.confirm().then(
				() => hold.epoch,
				() => undefined,
			),
		),
	);
	t.deepEqual(
		may.filter((epoch) => epoch !== undefined),
		[20],
	);
});

test("failures are stored with the lane across holders, and clearing them leaves the lane with its holder", async (t) => {
	const { context } = await openCore(t);
	const holds = createLaneHolds(context);
	const hold = await holds.take("deliver:x");
	await hold.setTrouble(trouble);
	const next = createLaneHolds(context);
	t.deepEqual((await next.read("deliver:x")).trouble, trouble);
	const taken = await next.take("deliver:x");
	t.deepEqual((await next.read("deliver:x")).trouble, trouble);
	await clearTrouble(context, "deliver:x");
	t.is((await next.read("deliver:x")).trouble, undefined);
	await taken.confirm();
	await clearTrouble(context, "deliver:unknown");
	t.is(await context.store.get(laneRecords, "deliver:unknown"), undefined);
});
