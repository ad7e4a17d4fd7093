import { NotFound } from "../errors.ts";
import type { World } from "../events/world.ts";
import { channels } from "../groups/channel.ts";
import { groups } from "../groups/group.ts";
import { joined } from "../groups/place.ts";
import { parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import type { Group } from "../model/group.ts";
import { canRead } from "./access.ts";

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
