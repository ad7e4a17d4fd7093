import { NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { channelsOf } from "../groups/channel.ts";
import { groups } from "../groups/group.ts";
import { joined } from "../groups/place.ts";
import { parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import { type ReadablePlace, readable } from "./readable-place.ts";

type Reader = Pick<CoreContext, "store">;

/** The channels of a group that `reader` may read, oldest first. */
export async function visibleChannels(
	context: Reader,
	group: Group,
	reader: Account | undefined,
): Promise<readonly ReadablePlace[]> {
	const visible: ReadablePlace[] = [];
	for await (const channel of channelsOf(context, group.id)) {
		const place = await readable(context, { channel, group }, reader);
		if (place !== undefined) visible.push(place);
	}
	return visible;
}

/**
 * A group with the channels that `reader` may read. Members always see the group, others only if they may read one of its channels.
 *
 * @throws {NotFound} it does not exist, or `reader` may not see it
 */
export async function visibleGroup(
	context: Reader,
	id: string,
	reader: Account | undefined,
): Promise<{ group: Group; channels: readonly ReadablePlace[] }> {
	const known = parseId("grp", id);
	const group = known === undefined ? undefined : (await context.store.get(groups, known))?.doc;
	if (group === undefined) throw new NotFound();
	const seen = await visibleChannels(context, group, reader);
	const isMember =
		reader !== undefined && (group.owner === reader.id || (await joined(context, group.id, reader)) !== undefined);
	if (!isMember && seen.length === 0) throw new NotFound();
	return { group, channels: seen };
}
