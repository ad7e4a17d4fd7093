import test from "ava";
import { createEmbeddedBus } from "../../src/bus/embedded.ts";
import { busContract } from "../contracts/bus.ts";

busContract(test, "embedded", async (t) => {
	const bus = createEmbeddedBus();
	t.teardown(() => bus.close());
	return bus;
});

test("a function that is subscribed twice is called once per subscription", async (t) => {
	const bus = createEmbeddedBus();
	let calls = 0;
	const listener = () => void calls++;
	const unsubscribe = bus.subscribe(listener);
	bus.subscribe(listener);
	unsubscribe();
	bus.publish("chn_1", 1);
	await new Promise((turn) => setImmediate(turn));
	t.is(calls, 1);
	await bus.close();
});
