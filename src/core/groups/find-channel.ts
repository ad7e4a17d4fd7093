import type { CoreContext } from "../events/context.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";
import type { Place } from "./place.ts";

type Reader = Pick<CoreContext, "store">;

/** The room with a handle. A timeline is found by its account instead. */
export async function channelByHandle(context: Reader, handle: string): Promise<Place | undefined> {
	const [found] = await context.store.page(channels, { index: "handle", prefix: [handle], order: "asc", limit: 1 });
	if (found === undefined) return undefined;
	const group = (await context.store.get(groups, found.doc.group))?.doc;
	return group === undefined ? undefined : { channel: found.doc, group };
}
