import type { Account } from "../accounts/account.ts";
import { NotFound } from "../errors.ts";
import { parseId } from "../ids.ts";
import type { World } from "../world.ts";
import { canRead, joined, type Place } from "./access.ts";
import { type Channel, channels } from "./channel.ts";
import { type Group, groups } from "./group.ts";

type Reader = Pick<World, "store">;

/** The channels of a group that `reader` may see, oldest first. */
export async function visibleChannels(
	world: Reader,
	group: Group,
	reader: Account | undefined,
): Promise<readonly Channel[]> {
	const all = await world.store.page(channels, { index: "group", prefix: [group.id], order: "asc", limit: 1000 });
	const visible: Channel[] = [];
	for (const { doc: channel } of all) if (await canRead(world, { channel, group }, reader)) visible.push(channel);
	return visible;
}

/**
 * A group as `reader` may see it: its members always, others when it has a channel that they may read.
 *
 * @throws {NotFound}
 */
export async function visibleGroup(
	world: Reader,
	id: string,
	reader: Account | undefined,
): Promise<{ group: Group; channels: readonly Channel[] }> {
	const known = parseId("grp", id);
	const group = known === undefined ? undefined : (await world.store.get(groups, known))?.doc;
	if (group === undefined) throw new NotFound();
	const seen = await visibleChannels(world, group, reader);
	const isMember =
		reader !== undefined && (group.owner === reader.id || (await joined(world, group.id, reader)) !== undefined);
	if (!isMember && seen.length === 0) throw new NotFound();
	return { group, channels: seen };
}

/** An open channel by its name as an actor; not a timeline, which is found by its account. */
export async function channelByHandle(world: Reader, handle: string): Promise<Place | undefined> {
	const [found] = await world.store.page(channels, { index: "handle", prefix: [handle], order: "asc", limit: 1 });
	if (found === undefined) return undefined;
	const group = (await world.store.get(groups, found.doc.group))?.doc;
	return group === undefined ? undefined : { channel: found.doc, group };
}
