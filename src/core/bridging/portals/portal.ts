import type { BridgeName } from "../../ids.ts";
import type { Portal } from "../../model/portal.ts";
import type { Collection } from "../../ports/store.ts";
import { remoteKey } from "../../remote-key.ts";

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
