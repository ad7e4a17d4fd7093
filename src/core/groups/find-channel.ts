import type { World } from "../events/world.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";
import type { Place } from "./place.ts";

type Reader = Pick<World, "store">;

/** An open channel by its name as an actor; not a timeline, which is found by its account. */
export async function channelByHandle(world: Reader, handle: string): Promise<Place | undefined> {
	const [found] = await world.store.page(channels, { index: "handle", prefix: [handle], order: "asc", limit: 1 });
	if (found === undefined) return undefined;
	const group = (await world.store.get(groups, found.doc.group))?.doc;
	return group === undefined ? undefined : { channel: found.doc, group };
}
