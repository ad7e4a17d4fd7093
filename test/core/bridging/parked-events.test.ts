import test from "ava";
import { createParkedEvents } from "#core/bridging/incoming/parked-events.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

test("the sweeper retries a parked event once, not in every round", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const parkedEvents = createParkedEvents(core.context);
	const bob = fedi.person("bob");
	const removal = (id: string) => ({ kind: "removal", id, sender: bob, raw: {}, target: { remote: "note" } }) as const;
	t.true(await parkedEvents.park(fedi.name, "fedi:note", removal("one")));
	t.deepEqual(parkedEvents.takeNewKeys(), ["fedi:note"]);
	// The sweeper processes it again, and it is parked again.
	t.true(await parkedEvents.park(fedi.name, "fedi:note", removal("one")));
	t.deepEqual(parkedEvents.takeNewKeys(), []);
	t.true(await parkedEvents.park(fedi.name, "fedi:note", removal("two")));
	t.deepEqual(parkedEvents.takeNewKeys(), ["fedi:note"]);
	t.is((await parkedEvents.waitingFor("fedi:note")).length, 2);
	// Another process, or this one after a restart, retries every parked event once.
	const next = createParkedEvents(core.context);
	await next.load();
	t.deepEqual(next.takeNewKeys(), ["fedi:note"]);
	t.deepEqual(next.takeNewKeys(), []);
});
