import type { CoreContext } from "../../events/context.ts";
import { clearTrouble } from "../../events/lane-holds.ts";
import type { Lanes } from "../../ports/lanes.ts";
import { type DeadLetter, type DeliveryRow, deadLetters, deliveries, deliveryLane, laneOf } from "./delivery.ts";

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

/** How many dead letters are read together. */
const pageSize = 500;

/** All dead letters of a lane, oldest first. */
export async function* deadLettersOfLane(
	{ store }: Pick<CoreContext, "store">,
	lane: string,
): AsyncGenerator<DeadLetter> {
	const seen = new Set<string>();
	for (let limit = pageSize, from = 0; ; ) {
		// Several may have the same time, so the page begins with the last time of the one before.
		const page = await store.page(deadLetters, {
			index: "lane",
			prefix: [lane],
			order: "asc",
			limit,
			after: [lane, from - 1],
		});
		const fresh = page.filter(({ id }) => !seen.has(id));
		for (const { id, doc } of fresh) {
			seen.add(id);
			yield doc;
		}
		if (page.length < limit) return;
		if (fresh.length === 0) limit *= 2;
		from = page.at(-1)?.doc.diedAt ?? from;
	}
}

/** A dead letter as a delivery that is due now. */
export function revived(letter: DeadLetter, now: number): DeliveryRow {
	const { diedAt: _, reason: __, ...row } = letter;
	return { ...row, at: now, planned: now, due: 0, attempts: 0 };
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
			const row = revived(letter, context.clock.now());
			await context.store.insertMissing(deliveries, [{ id, doc: row }]);
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

/** Deletes the dead letters of a lane. @returns how many */
export async function discardDeadLetters(context: Pick<CoreContext, "store">, lane: string): Promise<number> {
	for (let count = 0; ; ) {
		const letters = await listDeadLetters(context, { lane, limit: pageSize });
		if (letters.length === 0) return count;
		await Promise.all(letters.map(({ id }) => context.store.delete(deadLetters, id)));
		count += letters.length;
	}
}

/** Deletes the dead letters that are older than this. @returns how many */
export async function expireDeadLetters(
	{ store, clock }: Pick<CoreContext, "store" | "clock">,
	keepMs: number,
): Promise<number> {
	for (let count = 0; ; ) {
		const oldest = await store.page(deadLetters, { index: "died", order: "asc", limit: pageSize });
		const over = oldest.filter(({ doc }) => doc.diedAt + keepMs <= clock.now());
		await Promise.all(over.map(({ id, rev }) => store.delete(deadLetters, id, rev)));
		count += over.length;
		if (over.length < pageSize) return count;
	}
}
