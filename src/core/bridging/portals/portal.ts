import type { BridgeName } from "../../ids.ts";
import type { Portal, PortalState } from "../../model/portal.ts";
import type { Collection } from "../../ports/store.ts";
import { remoteKey } from "../../remote-key.ts";

const isOpen = (portal: Portal): boolean => portal.state !== "closed";

/** The order of a room's links in the index: the active one first, closed ones last. */
const rank: Readonly<Record<PortalState, string>> = { active: "1", degraded: "2", waiting: "3", closed: "4" };

/** The links, closed ones included. Any number of links may wait for one room; at most one of them is active. */
export const portals: Collection<Portal> = {
	name: "portals",
	version: 2,
	indexes: {
		room: {
			kinds: ["text", "text", "int", "text"],
			of: (p) => [remoteKey(p.bridge, p.room), rank[p.state], p.createdAt, p.id],
		},
		/** The links of a room that were active at any time. */
		activated: {
			kinds: ["text", "int", "text"],
			of: (p) => (p.activations === undefined ? undefined : [remoteKey(p.bridge, p.room), p.activations, p.id]),
		},
		channel: { kinds: ["text", "text"], of: (p) => (isOpen(p) ? [p.channel, p.bridge] : undefined) },
		bridge: { kinds: ["text", "int", "text"], of: (p) => (isOpen(p) ? [p.bridge, p.createdAt, p.id] : undefined) },
	},
	// Only the indexes have changed.
	upgrade: (doc) => doc as Portal,
};

/**
 * The natural key of an activation, which makes the link the only active one of its room.
 *
 * @param activations how often links of the room have become active before
 */
export const activationKey = (bridge: BridgeName, room: string, activations: number): string =>
	`${remoteKey(`active:${bridge}`, room)}:${activations}`;
