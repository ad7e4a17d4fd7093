import type { BridgeName } from "../../ids.ts";
import type { Portal } from "../../model/portal.ts";
import type { Collection } from "../../ports/store.ts";
import { remoteKey } from "../../remote-key.ts";

const isOpen = (portal: Portal): boolean => portal.state !== "closed";

/** The links, closed ones included. */
export const portals: Collection<Portal> = {
	name: "portals",
	version: 1,
	indexes: {
		/** Closed links too, since their number is part of the natural key of the room's next link. */
		room: { kinds: ["text", "text"], of: (p) => [remoteKey(p.bridge, p.room), isOpen(p) ? "open" : "closed"] },
		channel: { kinds: ["text", "text"], of: (p) => (isOpen(p) ? [p.channel, p.bridge] : undefined) },
		bridge: { kinds: ["text", "int", "text"], of: (p) => (isOpen(p) ? [p.bridge, p.createdAt, p.id] : undefined) },
	},
};

/** The natural key of a link, which makes it the only open one of its room. @param links how many links the room has had before */
export const roomKey = (bridge: BridgeName, room: string, links: number): string =>
	`${remoteKey(`room:${bridge}`, room)}:${links}`;
