import test from "ava";
import type { OutboundFailure } from "#core/ports/http-client.ts";
import type { PoolSlot } from "../../src/outbound/pools.ts";
import { type RunningExchange, watch } from "../../src/outbound/send.ts";

const timeoutMs = 20;

/** An exchange that is watched until it fails, and how often it was asked when its host last answered. */
function watched(answeredAt: number | undefined) {
	const failed = Promise.withResolvers<OutboundFailure["kind"]>();
	const asked = { times: 0 };
	const slot = {
		inFlight: 0,
		get answeredAt() {
			asked.times++;
			return answeredAt;
		},
	};
	const exchange = { fail: ({ kind }: OutboundFailure) => failed.resolve(kind), onStart() {} };
	const over = watch(exchange as unknown as RunningExchange, undefined, slot as unknown as PoolSlot, timeoutMs);
	return { exchange, slot, asked, over, failure: failed.promise };
}

/** Later than any time at which it is asked. */
const always = Number.MAX_SAFE_INTEGER;

test("a wait behind other requests to a host that answers them is not its time-out, and ends after three times the limit", async (t) => {
	const { asked, failure, slot, over } = watched(always);
	t.is(slot.inFlight, 1);
	t.is(await failure, "busy");
	t.is(asked.times, 3);
	over();
	t.is(slot.inFlight, 0);
});

test("a wait for a host that answers nothing is its time-out", async (t) => {
	for (const answeredAt of [undefined, performance.now() - 60_000]) {
		const { asked, failure, over } = watched(answeredAt);
		t.is(await failure, "timeout");
		t.is(asked.times, 1);
		over();
	}
});

test("a request that has got a socket times out by itself, whatever the host answers to others", async (t) => {
	const { exchange, failure, over } = watched(always);
	exchange.onStart();
	t.is(await failure, "timeout");
	over();
});
