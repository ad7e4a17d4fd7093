import type { RemoteMessage, RemotePlace } from "#bridge-kit";
import { idOf, idsOf, type Json, knownTypeOf, textOrMap, typeOf } from "../reading.ts";
import { objectTypes } from "../vocabulary.ts";
import { audienceOf } from "./audience.ts";
import { mentionsOf, pageOf, readContent, refOf } from "./content.ts";
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
	if (id === undefined || knownTypeOf(object, objectTypes) === undefined || isVote(object)) return undefined;
	const audience = await audienceOf(context, actor, object, activity);
	if (audience === "named") {
		host.logger.debug({ id }, "A direct message is ignored: there are no conversations yet");
		return undefined;
	}
	const parent = idOf(object["inReplyTo"]);
	const page = pageOf(object);
	const reading = readContent(host.text, object);
	return {
		kind: "message",
		message: id,
		place: audience === "followers" ? { kind: "followers" } : placeOf(context, object, activity),
		...reading,
		...newObjectUpdatedAt(object),
		mentions: mentionsOf(ids, object),
		...(parent === undefined ? {} : { replyTo: refOf(ids, parent) }),
		...(page === undefined ? {} : { url: page }),
	};
}

/** A vote in a poll: a Note with a name and without content, sent to the poll's author. */
const isVote = (object: Json): boolean =>
	textOrMap(object, "name") !== undefined &&
	textOrMap(object, "content") === undefined &&
	idOf(object["inReplyTo"]) !== undefined &&
	typeOf(object) === "Note";

/** A post that is addressed to one of our channels belongs there; any other to its author's timeline. */
function placeOf({ ids }: InboxContext, ...documents: readonly Json[]): RemotePlace {
	for (const document of documents) {
		for (const name of ["audience", "to", "cc"]) {
			for (const id of idsOf(document[name])) {
				const actor = ids.parseActor(id);
				if (actor?.kind === "channel") return actor;
			}
		}
	}
	return { kind: "timeline" };
}
