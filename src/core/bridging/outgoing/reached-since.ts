import type { CoreContext } from "../../events/context.ts";
import type { Channel } from "../../model/channel.ts";
import type { Membership, PlaceId } from "../../model/membership.ts";
import type { Message } from "../../model/message.ts";
import type { Reach } from "../../model/reach.ts";
import { targetOf } from "../audience.ts";
import { linksOf } from "../links.ts";
import { audienceOf, formerAudienceOf, roomsOf } from "./audience-of.ts";

type Reader = Pick<CoreContext, "store">;

/** A message or reaction that is withdrawn. */
export interface Withdrawn extends Pick<Message, "sentTo"> {
	/** Its id, which its links have. */
	readonly subject: string;
	/** When it was sent first, milliseconds since 1970. */
	readonly since: number;
}

/**
 * The targets that may have received something since it was sent first: the rooms of its links, and the homes of those who were members
 * of these places at any time since then, even if they have left. A deletion goes where the thing went, not to the present audience.
 */
export async function* reachedSince(
	context: Reader,
	channel: Channel,
	places: readonly PlaceId[],
	{ subject, since }: Withdrawn,
): AsyncGenerator<Reach> {
	for (const { reach } of await linksOf(context, subject)) if (reach !== undefined) yield reach;
	for (const place of places) {
		const rooms = place === channel.id ? noRooms : await roomsOf(context, place);
		for await (const reach of anyAudienceOf(context, place, since)) if (!rooms.has(targetOf(reach))) yield reach;
	}
}

/** What is for members only was never sent to a room that is linked to the place of the members. */
const noRooms: ReadonlySet<string> = new Set();

async function* anyAudienceOf(context: Reader, place: Membership["place"], since: number): AsyncGenerator<Reach> {
	yield* audienceOf(context, place);
	yield* formerAudienceOf(context, place, since);
}
