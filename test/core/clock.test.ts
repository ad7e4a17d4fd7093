import test from "ava";
import { hasCome, isWithin } from "#core/clock.ts";
import { backOff, isOver } from "#core/events/back-off.ts";

const now = 1_800_000_000_000;
const day = 86_400_000;

test("what was noted counts for as long as it may, and not at all if the clock was set back since", (t) => {
	t.true(isWithin(now, now, 1000));
	t.true(isWithin(now - 999, now, 1000));
	t.false(isWithin(now - 1000, now, 1000));
	for (const back of [1, 1000, day, 365 * day]) t.false(isWithin(now + back, now, 1000));
});

test("a time that was noted as ahead has come when it is past, or further ahead than it can have been", (t) => {
	t.true(hasCome(now, now, 1000));
	t.false(hasCome(now + 1, now, 1000));
	t.false(hasCome(now + 1000, now, 1000));
	for (const back of [1001, day, 365 * day]) t.true(hasCome(now + back, now, 1000));
});

test("a wait lasts as long as its back-off, and is over at once when the clock is set back by more", (t) => {
	for (const failures of [1, 2, 5, 12, 13, 40])
		for (const jitter of [0, 0.5, 1])
			for (const asked of [undefined, 0, 5_000, 3 * 3_600_000, 9 * day]) {
				const wait = backOff(failures, asked, () => jitter);
				const until = now + wait;
				const noted = { until, failures, asked: asked !== undefined };
				t.false(isOver(noted, now));
				t.false(isOver(noted, until - 1));
				t.true(isOver(noted, until));
				for (const back of [1.001 * day, 3 * day, 365 * day]) t.true(isOver(noted, now - back));
			}
	t.true(isOver({ until: now + 1500, failures: 1 }, now), "longer than after one failure");
});

test("what was never put off is due, whatever the clock says", (t) => {
	for (const clock of [0, 1, now]) t.true(isOver({ until: 0, failures: 0 }, clock));
	// Deliveries of earlier versions were due at the time of their event.
	t.true(isOver({ until: now + 365 * day, failures: 0 }, now));
});
