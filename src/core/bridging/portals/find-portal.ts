import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import type { Membership } from "../../model/membership.ts";
import type { Portal } from "../../model/portal.ts";
import { remoteKey } from "../../remote-key.ts";
import { portals } from "./portal.ts";

type Reader = Pick<CoreContext, "store">;

/** The open link of a room, if there is one. */
export async function portalByRoom(context: Reader, bridge: BridgeName, room: string): Promise<Portal | undefined> {
	const [found] = await context.store.page(portals, {
		index: "room",
		prefix: [remoteKey(bridge, room), "open"],
		order: "asc",
		limit: 1,
	});
	return found?.doc;
}

/** The open links of a channel. */
export async function portalsOfChannel(context: Reader, channel: Membership["place"]): Promise<readonly Portal[]> {
	return (await context.store.page(portals, { index: "channel", prefix: [channel], order: "asc", limit: 100 })).map(
		(stored) => stored.doc,
	);
}

/** All open links of a bridge, oldest first. */
export async function portalsOfBridge(context: Reader, bridge: BridgeName): Promise<readonly Portal[]> {
	const found: Portal[] = [];
	let after: readonly [string, number, string] | undefined;
	for (;;) {
		const page = await context.store.page(portals, {
			index: "bridge",
			prefix: [bridge],
			order: "asc",
			limit: 500,
			...(after === undefined ? {} : { after }),
		});
		found.push(...page.map((stored) => stored.doc));
		const last = page.at(-1);
		if (last === undefined || page.length < 500) return found;
		after = [bridge, last.doc.createdAt, last.doc.id];
	}
}
