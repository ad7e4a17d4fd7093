import { followedPlaces } from "../access/followed-places.ts";
import { visibleChannels } from "../access/visible-group.ts";
import type { CoreContext } from "../events/context.ts";
import { groupsOf } from "../groups/joined-places.ts";
import type { ChannelId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";

/** What a reader receives that did not ask for certain channels. */
export interface FollowSet {
	/** Channel → since when the account follows it, in milliseconds since 1970. */
	readonly channels: ReadonlyMap<ChannelId, number>;
	/** The groups whose new channels are added automatically. */
	readonly groups: ReadonlySet<GroupId>;
}

/** The places that an account follows, and the channels of its groups that it may read. */
export async function followSetOf(context: Pick<CoreContext, "store">, account: Account): Promise<FollowSet> {
	const channels = new Map<ChannelId, number>();
	for await (const { channel, since } of followedPlaces(context, account)) channels.set(channel.id, since);
	const groups = new Set<GroupId>();
	for (const { group, since } of await groupsOf(context, account)) {
		groups.add(group.id);
		for (const { channel } of await visibleChannels(context, group, account)) {
			if (!channels.has(channel.id)) channels.set(channel.id, Math.max(since, channel.createdAt));
		}
	}
	return { channels, groups };
}

/**
 * The seq of the newest event of a stream before `time` (milliseconds since 1970); 0 if there is none. Times never decrease within a
 * stream. An event in the very millisecond of a join counts as after it, so that it is not lost.
 */
export async function seqBefore({ store }: Pick<CoreContext, "store">, stream: string, time: number): Promise<number> {
	let low = 0;
	let high = await store.head(stream);
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		const [event] = await store.events(stream, middle - 1, 1);
		if (event !== undefined && event.at < time) low = middle;
		else high = middle - 1;
	}
	return low;
}
