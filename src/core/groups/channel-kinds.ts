import { BoundedMap } from "../bounded-map.ts";
import type { CoreContext } from "../events/context.ts";
import type { ChannelId } from "../ids.ts";
import type { Channel, ChannelKind } from "../model/channel.ts";
import type { Store } from "../ports/store.ts";
import { channels } from "./channel.ts";

/** How many channels are remembered for each store. */
const remembered = 100_000;

/** What never changes in a channel. */
export type KnownChannel = ChannelKind & Pick<Channel, "group">;

const caches = new WeakMap<Store, BoundedMap<ChannelId, KnownChannel>>();

/** The kinds of channels, with their owners and groups. These never change, so they are remembered. Unknown channels are left out. */
export async function kindsOf(
	{ store }: Pick<CoreContext, "store">,
	ids: readonly ChannelId[],
): Promise<ReadonlyMap<ChannelId, KnownChannel>> {
	const cache = caches.get(store) ?? new BoundedMap(remembered);
	caches.set(store, cache);
	const kinds = new Map<ChannelId, KnownChannel>();
	const unknown: ChannelId[] = [];
	for (const id of ids) {
		const kind = cache.get(id);
		if (kind === undefined) unknown.push(id);
		else kinds.set(id, kind);
	}
	for (const { doc } of unknown.length === 0 ? [] : await store.getAll(channels, unknown)) {
		const kind = kindOf(doc);
		cache.set(doc.id, kind);
		kinds.set(doc.id, kind);
	}
	return kinds;
}

/** Only these fields of a channel, so that the cache stays small. */
function kindOf(channel: Channel): KnownChannel {
	const { group } = channel;
	if (channel.kind === "room") return { group, kind: "room" };
	if (channel.kind === "timeline") return { group, kind: channel.kind, owner: channel.owner };
	return { group, kind: channel.kind, owner: channel.owner, timeline: channel.timeline };
}
