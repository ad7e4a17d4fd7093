import type { World } from "../events/world.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";
import type { Place } from "./place.ts";

type Reader = Pick<World, "store">;

/** The room with a handle. A timeline is found by its account instead. */
export async function channelByHandle(world: Reader, handle: string): Promise<Place | undefined> {
	const [found] = await world.store.page(channels, { index: "handle", prefix: [handle], order: "asc", limit: 1 });
	if (found === undefined) return undefined;
	const group = (await world.store.get(groups, found.doc.group))?.doc;
	return group === undefined ? undefined : { channel: found.doc, group };
}
