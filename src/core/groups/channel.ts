import type { Channel } from "../model/channel.ts";
import type { Collection } from "../ports/store.ts";

export const channels: Collection<Channel> = {
	name: "channels",
	version: 1,
	indexes: {
		group: { kinds: ["text", "int"], of: (c) => [c.group, c.createdAt] },
		/** Timelines have the handle of their account. */
		handle: { kinds: ["text"], of: (c) => (c.timelineOf ? undefined : [c.handle]) },
	},
};
