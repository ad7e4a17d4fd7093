import type { AccountId, BridgeName, ChannelId, GroupId, PortalId } from "../../ids.ts";
import type { PortalState, Reach } from "../../ports/bridge.ts";
import type { Collection } from "../../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** A channel's counterpart elsewhere: a linked room. */
export interface Portal {
	readonly id: PortalId;
	readonly bridge: BridgeName;
	readonly group: GroupId;
	readonly channel: ChannelId;
	/** The other network's id of the room. */
	readonly room: string;
	readonly reach: Reach;
	readonly state: PortalState;
	readonly reason?: string;
	readonly linkedBy: AccountId;
	readonly createdAt: number;
}

const isOpen = (portal: Portal): boolean => portal.state !== "closed";

export const portals: Collection<Portal> = {
	name: "portals",
	version: 1,
	indexes: {
		/** Closed ones too: their number names the next link of the same room. */
		room: { kinds: ["text", "text"], of: (p) => [remoteKey(p.bridge, p.room), isOpen(p) ? "open" : "closed"] },
		channel: { kinds: ["text", "text"], of: (p) => (isOpen(p) ? [p.channel, p.bridge] : undefined) },
		bridge: { kinds: ["text", "int", "text"], of: (p) => (isOpen(p) ? [p.bridge, p.createdAt, p.id] : undefined) },
	},
};

/** One channel per room: the natural key that an open link holds, by the number of links that the room has had. */
export const roomKey = (bridge: BridgeName, room: string, links: number): string =>
	`${remoteKey(`room:${bridge}`, room)}:${links}`;
