import test from "ava";
import { BoundedMap } from "#core/bounded-map.ts";

test("a full map evicts the entry that was set longest ago, and setting an entry again renews it", (t) => {
	const map = new BoundedMap<string, number>(2);
	map.set("a", 1);
	map.set("b", 2);
	map.set("a", 3);
	map.set("c", 4);
	t.deepEqual(
		["a", "b", "c"].map((key) => map.get(key)),
		[3, undefined, 4],
	);
	map.delete("a");
	map.set("d", 5);
	t.deepEqual(
		["a", "c", "d"].map((key) => map.get(key)),
		[undefined, 4, 5],
	);
});
