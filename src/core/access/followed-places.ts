import { accountById } from "../accounts/find-account.ts";
import type { CoreContext } from "../events/context.ts";
import { joinedPlaces } from "../groups/joined-places.ts";
import type { ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { isTimeline, ownerOf } from "../model/channel.ts";
import { type ReadablePlace, readableById } from "./readable-place.ts";

type Reader = Pick<CoreContext, "store">;

/** A place that an account follows, and since when, in milliseconds since 1970. */
export type FollowedPlace = ReadablePlace & { readonly since: number };

/**
 * The places that an account follows and may read, each once: its own channels, the channels that it has joined, and for each timeline
 * also the owner's channel for followers.
 */
export async function* followedPlaces(context: Reader, account: Account): AsyncGenerator<FollowedPlace> {
	const seen = new Set<ChannelId>();
	async function* reached(id: ChannelId | undefined, since: number): AsyncGenerator<FollowedPlace> {
		if (id === undefined || seen.has(id)) return;
		seen.add(id);
		const place = await readableById(context, id, account);
		if (place !== undefined) yield { ...place, since };
	}
	yield* reached(account.timeline, account.createdAt);
	yield* reached(account.followers, account.createdAt);
	for await (const { place: id, since } of joinedPlaces(context, account, "chn")) {
		for await (const place of reached(id as ChannelId, since)) {
			yield place;
			const owner = ownerOf(place.channel);
			if (owner !== undefined && isTimeline(place.channel))
				yield* reached((await accountById(context, owner))?.followers, since);
		}
	}
}
