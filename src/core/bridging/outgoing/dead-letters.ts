import type { CoreContext } from "../../events/context.ts";
import { clearTrouble } from "../../events/lane-holds.ts";
import type { Lanes } from "../../ports/lanes.ts";
import { type DeadLetter, deadLetters, deliveries, deliveryLane, laneOf } from "./delivery.ts";

/** The dead letters of a lane, oldest first, or of all lanes. */
export async function listDeadLetters(
	context: Pick<CoreContext, "store">,
	{ lane, after, limit }: { readonly lane?: string; readonly after?: string; readonly limit: number },
): Promise<readonly { readonly id: string; readonly letter: DeadLetter }[]> {
	const page =
		lane === undefined
			? await context.store.page(deadLetters, {
					order: "asc",
					limit,
					...(after === undefined ? {} : { after: [after] }),
				})
			: await context.store.page(deadLetters, { index: "lane", prefix: [lane], order: "asc", limit });
	return page.map((stored) => ({ id: stored.id, letter: stored.doc }));
}

/**
 * Makes the dead letters of a lane due again at once.
 *
 * @param lanes wakes the lanes; absent if no server runs in this process
 * @returns how many dead letters were replayed
 */
export async function replayDeadLetters(
	context: Pick<CoreContext, "store" | "clock">,
	lane: string,
	lanes?: Lanes,
): Promise<number> {
	let replayed = 0;
	const woken = new Set([lane]);
	for (;;) {
		const letters = await listDeadLetters(context, { lane, limit: 200 });
		for (const { id, letter } of letters) {
			const { diedAt: _, reason: __, ...row } = letter;
			await context.store.insertMissing(deliveries, [
				{ id, doc: { ...row, at: context.clock.now(), due: context.clock.now(), attempts: 0 } },
			]);
			await context.store.delete(deadLetters, id);
			woken.add(laneOf(row));
			replayed++;
		}
		if (letters.length === 0) break;
	}
	for (const name of woken) {
		await clearTrouble(context, deliveryLane(name));
		lanes?.wake(deliveryLane(name));
	}
	return replayed;
}
