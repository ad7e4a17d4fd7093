import test from "ava";
import { consumers } from "#core/catalogue/consumers.ts";
import { consumerLane, markers, stays, streamOfLane } from "#core/events/consumers.ts";

test("each consumer has lanes of its own, from which the stream is read back", (t) => {
	const lanes = new Set<string>();
	for (const marker of markers)
		for (const stream of ["chn_a", "usr_b", "with:colon"]) {
			const lane = consumerLane(marker, stream);
			lanes.add(lane);
			t.is(streamOfLane(marker, lane), stream);
			for (const other of markers) if (other !== marker) t.is(streamOfLane(other, lane), undefined);
			t.is(streamOfLane(marker, `deliver:${stream}`), undefined);
		}
	t.is(lanes.size, markers.length * 3);
});

test("every consumer has an answer for the same types of event, and handles at least one", (t) => {
	const types = markers.map((marker) => Object.keys(consumers[marker]).toSorted());
	for (const some of types) t.deepEqual(some, types[0]);
	for (const marker of markers) t.true(Object.values(consumers[marker]).some((handler) => handler !== "stays"));
});

test("the types that a consumer ignores are entries of its table", (t) => {
	t.deepEqual(stays("message.posted", "member.left"), { "message.posted": "stays", "member.left": "stays" });
});
