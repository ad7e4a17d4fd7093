import type { AccountId, ChannelId, GroupId } from "../ids.ts";
import type { Channel, ChannelKind, NewChannel } from "../model/channel.ts";
import { isClosedTier } from "../model/tier.ts";
import type { Collection, Store, Stored } from "../ports/store.ts";

/** How many channels of a group are read at once. */
const batch = 500;

/** The channels, by id. */
export const channels: Collection<Channel> = {
	name: "channels",
	version: 4,
	indexes: {
		group: { kinds: ["text", "int", "text"], of: (c) => [c.group, c.createdAt, c.id] },
		/** Only rooms: the channels of an account are found by the account. Up to version 2 closed ones had handles, too. */
		handle: {
			kinds: ["text"],
			of: (c) => (c.kind === "room" && c.handle !== undefined && !isClosedTier(c.tier) ? [c.handle] : undefined),
		},
	},
	upgrade: (doc) => withKind(doc as Channel),
};

/** The channels of a group, oldest first, however many there are. */
export async function* channelsOf({ store }: { readonly store: Store }, group: GroupId): AsyncGenerator<Channel, void> {
	for (let last: Channel | undefined; ; ) {
		const page: readonly Stored<Channel>[] = await store.page(channels, {
			index: "group",
			prefix: [group],
			...(last === undefined ? {} : { after: [group, last.createdAt, last.id] }),
			order: "asc",
			limit: batch,
		});
		for (const { doc } of page) yield doc;
		last = page.at(-1)?.doc;
		if (page.length < batch) return;
	}
}

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
