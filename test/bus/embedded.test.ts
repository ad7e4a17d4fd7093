import test from "ava";
import { createEmbeddedBus } from "../../src/bus/embedded.ts";
import { busContract } from "../contracts/bus.ts";

busContract(test, "embedded", async (t) => {
	const bus = createEmbeddedBus();
	t.teardown(() => bus.close());
	return bus;
});

test("listeners that are the same function are told each", async (t) => {
	const bus = createEmbeddedBus();
	let told = 0;
	const listener = () => void told++;
	const unsubscribe = bus.subscribe(listener);
	bus.subscribe(listener);
	unsubscribe();
	bus.publish("chn_1", 1);
	await new Promise((turn) => setImmediate(turn));
	t.is(told, 1);
	await bus.close();
});
