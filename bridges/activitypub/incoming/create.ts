import type { RemoteMessage } from "#bridge-kit";
import { idOf, isPublic, type Json, knownTypeOf, textOrMap, timeOf, typeOf } from "../reading.ts";
import { objectTypes } from "../vocabulary.ts";
import { addresseesOf } from "./addressees.ts";
import { audienceOf } from "./audience.ts";
import { pageOf, readContent, refOf } from "./content.ts";
import { ownObject } from "./own-object.ts";
import type { InboxContext, Reader } from "./reader.ts";
import { newObjectUpdatedAt } from "./sent-at.ts";

/** A message before its sender has been resolved. */
type MessageMeaning = Omit<RemoteMessage, "id" | "sender" | "raw">;

/** A new message: public, or followers-only. */
export const readCreate: Reader = async (context, received) => {
	const object = await ownObject(context, received);
	return object === undefined ? undefined : readMessage(context, received.actor, object, received.activity);
};

/**
 * Reads an object as a message by `actor`; `undefined`: it is none, or not for us.
 *
 * @param activity what the object came in; the object itself if it came alone
 * @throws {RemoteUnavailable}
 */
export async function readMessage(
	context: InboxContext,
	actor: string,
	object: Json,
	activity: Json,
): Promise<MessageMeaning | undefined> {
	const { ids, host } = context;
	const id = idOf(object);
	if (id === undefined || knownTypeOf(object, objectTypes) === undefined) return undefined;
	if (!isPublic(object) && isVote(object)) return undefined;
	const audience = await audienceOf(context, actor, object, activity);
	if (audience === "named") {
		host.logger.debug({ id }, "A direct message is ignored: there are no conversations yet");
		return undefined;
	}
	const parent = idOf(object["inReplyTo"]);
	const page = pageOf(object);
	const { mentions, place } = await addresseesOf(context, object, activity);
	const { type, content, tags, warning } = readContent(host.text, object);
	if (content.text === "") {
		host.logger.debug({ id }, "A post is ignored: there is nothing to show in it");
		return undefined;
	}
	const publishedAt = timeOf(object["published"]) ?? timeOf(activity["published"]);
	return {
		kind: "message",
		message: id,
		place: audience === "followers" ? { kind: "followers" } : place,
		type,
		content,
		tags,
		...newObjectUpdatedAt(object),
		...(warning === undefined ? {} : { warning }),
		...(publishedAt === undefined ? {} : { publishedAt }),
		mentions,
		...(parent === undefined ? {} : { replyTo: refOf(ids, parent) }),
		...(page === undefined ? {} : { url: page }),
	};
}

/** A vote in a poll: a Note with a name and without content, sent to the poll's author alone. */
const isVote = (object: Json): boolean =>
	textOrMap(object, "name") !== undefined &&
	textOrMap(object, "content") === undefined &&
	idOf(object["inReplyTo"]) !== undefined &&
	typeOf(object) === "Note";
