import test from "ava";
import { backOff } from "#core/events/back-off.ts";

const middle = () => 0.5;

test("the wait doubles with each failure, from a second to an hour", (t) => {
	t.deepEqual(
		[1, 2, 3, 4, 12, 13, 40, 10_000].map((failures) => backOff(failures, undefined, middle)),
		[1_000, 2_000, 4_000, 8_000, 2_048_000, 3_600_000, 3_600_000, 3_600_000],
	);
});

test("waits are spread by a fifth in both directions", (t) => {
	t.is(
		backOff(1, undefined, () => 0),
		800,
	);
	t.is(
		backOff(1, undefined, () => 1),
		1_200,
	);
});

test("a wait that the other side asks for is kept, within a second and a day", (t) => {
	for (const [asked, wait] of [
		[0, 1_000],
		[-5, 1_000],
		[30_000, 30_000],
		[7 * 86_400_000, 86_400_000],
	] as const)
		t.is(backOff(9, asked, middle), wait);
});
