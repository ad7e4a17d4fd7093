import { NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { type Place, placeOf } from "../groups/place.ts";
import { type Brand, type ChannelId, parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { admits, type Circle, type PlaceWithCircle, withCircle } from "./circle.ts";

/**
 * A place that the reader may read. Functions that list messages take only this type, so that a missing check does not compile. Only this
 * file creates it.
 */
export type ReadablePlace = Brand<PlaceWithCircle, "readable">;

type Reader = Pick<CoreContext, "store">;

/** The place, if `reader` may read it. @param reader undefined for an anonymous request */
export const readable = (
	context: Reader,
	place: Place | undefined,
	reader: Account | undefined,
): Promise<ReadablePlace | undefined> => readableBy(context, place, (circle) => admits(context, circle, reader));

/** The place, if its circle admits the one who asks, as `isAdmitted` says. */
export async function readableBy(
	context: Reader,
	place: Place | undefined,
	isAdmitted: (circle: Circle) => Promise<boolean>,
): Promise<ReadablePlace | undefined> {
	if (place === undefined) return undefined;
	const known = await withCircle(context, place);
	return (await isAdmitted(known.circle)) ? (known as ReadablePlace) : undefined;
}

/** The channel with an id, if `reader` may read it. */
export const readableById = async (
	context: Reader,
	id: ChannelId,
	reader: Account | undefined,
): Promise<ReadablePlace | undefined> => readable(context, await placeOf(context, id), reader);

/** A channel of a group. @throws {NotFound} it does not exist, or `reader` may not read it */
export async function readableChannel(
	context: Reader,
	group: string,
	channel: string,
	reader: Account | undefined,
): Promise<ReadablePlace> {
	const id = parseId("chn", channel);
	const place = id === undefined ? undefined : await readableById(context, id, reader);
	if (place === undefined || place.group.id !== group) throw new NotFound();
	return place;
}
