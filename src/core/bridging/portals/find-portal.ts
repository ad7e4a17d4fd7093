import type { CoreContext } from "../../events/context.ts";
import type { BridgeName } from "../../ids.ts";
import type { Membership } from "../../model/membership.ts";
import type { Portal } from "../../model/portal.ts";
import type { Key } from "../../ports/store.ts";
import { remoteKey } from "../../remote-key.ts";
import { portals } from "./portal.ts";

type Reader = Pick<CoreContext, "store">;

const pageSize = 500;

/** The active link of a room, if there is one, else one of its other open links. */
export async function portalByRoom(context: Reader, bridge: BridgeName, room: string): Promise<Portal | undefined> {
	const [found] = await context.store.page(portals, {
		index: "room",
		prefix: [remoteKey(bridge, room)],
		order: "asc",
		limit: 1,
	});
	return found === undefined || found.doc.state === "closed" ? undefined : found.doc;
}

/** The open links of a room: the active one, degraded ones, then those that wait, oldest first. */
export async function portalsOfRoom(context: Reader, bridge: BridgeName, room: string): Promise<readonly Portal[]> {
	const found = await pages(
		context,
		{ index: "room", prefix: [remoteKey(bridge, room)] },
		(portal) => portal.state !== "closed",
	);
	return found.filter((portal) => portal.state !== "closed");
}

/** How often links of a room have become active. */
export async function activationsOf(context: Reader, bridge: BridgeName, room: string): Promise<number> {
	const found = await pages(context, { index: "activated", prefix: [remoteKey(bridge, room)] });
	return found.reduce((sum, { activations = 0 }) => sum + activations, 0);
}

/** The open links of a channel. */
export async function portalsOfChannel(context: Reader, channel: Membership["place"]): Promise<readonly Portal[]> {
	return (await context.store.page(portals, { index: "channel", prefix: [channel], order: "asc", limit: 100 })).map(
		(stored) => stored.doc,
	);
}

/** All open links of a bridge, oldest first. */
export const portalsOfBridge = (context: Reader, bridge: BridgeName): Promise<readonly Portal[]> =>
	pages(context, { index: "bridge", prefix: [bridge] });

/** Reads all pages. @param goOn whether another page is read after one that ends with this link */
async function pages(
	context: Reader,
	{ index, prefix }: { readonly index: "room" | "activated" | "bridge"; readonly prefix: Key },
	goOn: (last: Portal) => boolean = () => true,
): Promise<readonly Portal[]> {
	const keyOf = portals.indexes[index]?.of;
	const found: Portal[] = [];
	for (let after: Key | undefined; ; ) {
		const page = await context.store.page(portals, {
			index,
			prefix,
			order: "asc",
			limit: pageSize,
			...(after === undefined ? {} : { after }),
		});
		found.push(...page.map((stored) => stored.doc));
		const last = page.at(-1)?.doc;
		if (last === undefined || page.length < pageSize || !goOn(last)) return found;
		after = keyOf?.(last);
	}
}
