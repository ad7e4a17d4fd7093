import test from "ava";
import { StoreBusy } from "../../src/core/ports/store.ts";
import type { NewPlace } from "./store.ts";
import { notes } from "./store-collections.ts";

export function waitingContract(name: string, newPlace: NewPlace): void {
	// Alone, because it keeps the server of the others busy.
	test.serial(
		`${name}: when ten thousand writes wait, more are refused; all others are stored, and then there is room again`,
		async (t) => {
			const store = await (await newPlace(t)).open();
			const note = (n: number) => store.insert(notes, `n${n}`, { owner: "o", rank: n, handle: `h${n}` });
			const all = Array.from({ length: 10_050 }, (_, n) => note(n));
			t.is(store.waiting(), 10_000);
			const ended = await Promise.allSettled(all);
			const refused = ended.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []));
			t.is(refused.length, 50);
			t.true(refused.every((reason) => reason instanceof StoreBusy));
			t.is(await store.count(notes, "ranking", ["o"]), 10_000);
			t.is(store.waiting(), 0);
			await note(20_000);
			t.is(await store.count(notes, "ranking", ["o"]), 10_001);
		},
	);
}
