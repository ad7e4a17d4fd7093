import type { AccountId, ChannelId } from "../ids.ts";
import type { Channel, ChannelKind, NewChannel } from "../model/channel.ts";
import { isClosedTier } from "../model/tier.ts";
import type { Collection } from "../ports/store.ts";

/** The channels, by id. */
export const channels: Collection<Channel> = {
	name: "channels",
	version: 3,
	indexes: {
		group: { kinds: ["text", "int"], of: (c) => [c.group, c.createdAt] },
		/** Only rooms: the channels of an account are found by the account. Up to version 2 closed ones had handles, too. */
		handle: {
			kinds: ["text"],
			of: (c) => (c.kind === "room" && c.handle !== undefined && !isClosedTier(c.tier) ? [c.handle] : undefined),
		},
	},
	upgrade: (doc) => withKind(doc as Channel),
};

/** Up to version 1 two optional fields encoded the kind of a channel; events of that time still have them. */
interface Version1 {
	readonly id: ChannelId;
	readonly timelineOf?: AccountId;
	readonly shadow?: true;
}

/** Adds the kind to a channel that an earlier version wrote. */
export function withKind<C extends Channel | NewChannel>(channel: C): C {
	if (channel.kind !== undefined) return channel;
	const { timelineOf, shadow, ...rest } = channel as Version1;
	return { ...rest, ...kindOf(rest.id, timelineOf, shadow === true) } as C;
}

function kindOf(id: ChannelId, owner: AccountId | undefined, isShadow: boolean): ChannelKind {
	if (owner === undefined) return { kind: "room" };
	return isShadow ? { kind: "shadow", owner, timeline: id } : { kind: "timeline", owner };
}
