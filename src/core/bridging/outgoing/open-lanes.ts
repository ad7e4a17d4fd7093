import type { CoreContext } from "../../events/context.ts";
import { deliveries, laneOf } from "./delivery.ts";

/** The lanes that have deliveries. The cost depends on the number of lanes, not of deliveries. */
export async function* lanesWithDeliveries(context: Pick<CoreContext, "store">): AsyncGenerator<string> {
	let after: readonly [string, number, number, string] | undefined;
	for (;;) {
		const [next] = await context.store.page(deliveries, {
			index: "lane",
			order: "asc",
			limit: 1,
			...(after === undefined ? {} : { after }),
		});
		if (next === undefined) return;
		const lane = laneOf(next.doc);
		yield lane;
		after = [lane, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, ""];
	}
}
