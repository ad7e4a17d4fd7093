import { NotFound } from "../errors.ts";
import type { World } from "../events/world.ts";
import { joined, type Place, placeOf, roleIn } from "../groups/place.ts";
import { parseId } from "../ids.ts";
import { type Account, isLocal } from "../model/account.ts";
import type { Channel } from "../model/channel.ts";
import { tiers } from "../model/tier.ts";

type Reader = Pick<World, "store">;

/**
 * Who may read a channel: the one function that decides it (design §9 rule 4). Every surface asks here: timelines, single
 * messages, live events (again for each), pages, bridges.
 *
 * @param reader undefined: nobody in particular
 */
export async function canRead(world: Reader, { channel, group }: Place, reader: Account | undefined): Promise<boolean> {
	// What people elsewhere wrote is shown to our own people, not republished to everybody.
	if (channel.shadow === true) return reader !== undefined && isLocal(reader);
	// What does not leave the provider does not leave it through a member who lives elsewhere.
	if (reader !== undefined && !isLocal(reader) && !canFederate(channel)) return false;
	switch (tiers[channel.tier].rules.read) {
		case "anyone":
			return true;
		case "group":
			return reader !== undefined && (await roleIn(world, group, undefined, reader)) !== undefined;
		case "channel":
			return reader !== undefined && (await joined(world, channel.id, reader)) !== undefined;
	}
}

/** What may leave the provider: the one function that decides it. A shadow's home is the only one that is sent anything of it. */
export const canFederate = (channel: Channel): boolean => tiers[channel.tier].rules.federate;

/** The channel, if `reader` may read it. @throws {NotFound} the same for what does not exist and for what may not be seen */
export async function readableChannel(
	world: Reader,
	group: string,
	channel: string,
	reader: Account | undefined,
): Promise<Place> {
	const id = parseId("chn", channel);
	const place = id === undefined ? undefined : await placeOf(world, id);
	if (place === undefined || place.group.id !== group || !(await canRead(world, place, reader))) throw new NotFound();
	return place;
}
