import type { World } from "../../events/world.ts";
import type { Reach } from "../../model/reach.ts";
import { deliveries } from "./delivery.ts";

/** One reach of every lane that has deliveries: jumps from lane to lane, so it costs as much as there are lanes. */
export async function* lanesWithDeliveries(world: Pick<World, "store">): AsyncGenerator<Reach> {
	let after: readonly [string, number, number, string] | undefined;
	for (;;) {
		const [next] = await world.store.page(deliveries, {
			index: "lane",
			order: "asc",
			limit: 1,
			...(after === undefined ? {} : { after }),
		});
		if (next === undefined) return;
		yield next.doc.reach;
		after = [next.doc.reach.lane, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, ""];
	}
}
