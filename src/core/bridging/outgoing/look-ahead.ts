import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import type { AccountId, BridgeName } from "../../ids.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import type { Stored } from "../../ports/store.ts";
import { asAllowedNow } from "./allowed-now.ts";
import type { DeliveryRow } from "./delivery.ts";
import { pageOfLane } from "./lane-items.ts";
import { prepare } from "./prepare.ts";

/** Only these make an author appear in a room. */
const introducing: ReadonlySet<string> = new Set(["message.posted", "reaction.added"]);

/**
 * Introduces the authors of the next deliveries of a lane to its room, while the lane makes its deliveries one after the other: to register
 * a ghost and let it join takes several times as long as to send a message. At most two pages of a lane are looked at. Nothing depends on it:
 * a delivery whose author was not introduced does it itself.
 *
 * @returns called with each page of a lane before it is worked off
 */
export function createLookAhead(
	context: CoreContext,
	bridgeOf: (name: BridgeName) => Bridge | undefined,
): (lane: string, page: readonly Stored<DeliveryRow>[], signal: AbortSignal) => void {
	const { store, logger } = context;

	async function introduce({ doc: row }: Stored<DeliveryRow>, bridge: Bridge): Promise<void> {
		const event = await store.event(row.event);
		if (event === undefined || !introducing.has(event.type)) return;
		const account = await accountById(context, event.actor as AccountId);
		if (account === undefined || bridge.introduction?.isNeeded(account, row.reach) !== true) return;
		// An author must not appear where the message may not go. The content is not kept: earlier deliveries may still change it.
		const prepared = await prepare(context, row.reach.bridge, event);
		if (prepared === undefined || (await asAllowedNow(context, prepared.content, row.reach)) === undefined) return;
		await bridge.introduction.introduce(account, row.reach);
	}

	return (lane, page, signal) => {
		const [first, ...others] = page;
		const bridge = first === undefined ? undefined : bridgeOf(first.doc.reach.bridge);
		const last = page.at(-1)?.doc;
		if (bridge?.introduction === undefined || others.length === 0) return;
		const begin = async (): Promise<void> => {
			const next = await pageOfLane(context, lane, last);
			await Promise.all([...others, ...next].map(async (row) => signal.aborted || introduce(row, bridge)));
		};
		begin().catch((error: unknown) => logger.info({ err: error, lane }, "Not all authors could be introduced ahead"));
	};
}
