import { idsOf, isPublic, type Json } from "../reading.ts";
import type { InboxContext } from "./reader.ts";

/** For whom something is: anyone, the followers of its author, or certain people only. */
export type RemoteAudience = "anyone" | "followers" | "named";

/**
 * Reads whom an object is addressed to; one that says nothing is for those whom the activity around it names.
 *
 * @throws {RemoteUnavailable} the author's document, which names the collection of the followers, can't be had now
 */
export async function audienceOf(
	{ directory }: Pick<InboxContext, "directory">,
	actor: string,
	object: Json,
	activity: Json,
): Promise<RemoteAudience> {
	const addressed = idsOf(object["to"]).length + idsOf(object["cc"]).length === 0 ? activity : object;
	if (isPublic(addressed)) return "anyone";
	const named = [...idsOf(addressed["to"]), ...idsOf(addressed["cc"])];
	// Whom a collection stands for is its owner's to say: no look-up for what names people alone.
	const followers = named.length === 0 ? undefined : await directory.followersOf(actor);
	return followers !== undefined && named.includes(followers) ? "followers" : "named";
}
