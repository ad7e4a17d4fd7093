import type { CoreContext } from "../events/context.ts";
import { parseId } from "../ids.ts";
import { channels } from "./channel.ts";
import { groups } from "./group.ts";
import { type Place, placeOf } from "./place.ts";

type Reader = Pick<CoreContext, "store">;

/** The room with a handle; one without is found by its id. A timeline is found by its account instead. */
export async function channelByHandle(context: Reader, handle: string): Promise<Place | undefined> {
	const [found] = await context.store.page(channels, { index: "handle", prefix: [handle], order: "asc", limit: 1 });
	if (found === undefined) return roomById(context, handle);
	const group = (await context.store.get(groups, found.doc.group))?.doc;
	return group === undefined ? undefined : { channel: found.doc, group };
}

async function roomById(context: Reader, text: string): Promise<Place | undefined> {
	const id = parseId("chn", text);
	const place = id === undefined ? undefined : await placeOf(context, id);
	return place?.channel.kind === "room" && place.channel.handle === undefined ? place : undefined;
}
