import { createHash } from "node:crypto";
import type { RemoteEvent } from "#bridge-kit";
import { idOf, type Json, knownTypeOf, sameOrigin, typeOf } from "../reading.ts";
import { type ActivityType, activityTypes } from "../vocabulary.ts";
import { readAccept, readReject } from "./answer.ts";
import { readCreate } from "./create.ts";
import { readDelete } from "./delete.ts";
import { readBlock, readFollow } from "./follow.ts";
import { readReaction } from "./react.ts";
import type { InboxContext, Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { readUndo } from "./undo.ts";
import { readUpdate } from "./update.ts";

/** What each type of activity means; an ignored one is answered 202 and dropped, as one of an unknown type is. */
const readers: Readonly<Record<ActivityType, Reader | "ignored">> = {
	Create: readCreate,
	Update: readUpdate,
	Delete: readDelete,
	Follow: readFollow,
	Accept: readAccept,
	Reject: readReject,
	Undo: readUndo,
	Like: readReaction,
	EmojiReact: readReaction,
	EmojiReaction: readReaction,
	Block: readBlock,
	Announce: "ignored",
	Add: "ignored",
	Remove: "ignored",
	Move: "ignored",
	Flag: "ignored",
	Dislike: "ignored",
};
/** Of several types of one activity, one that is read decides. */
const readTypes: ReadonlySet<ActivityType> = new Set(activityTypes.filter((type) => readers[type] !== "ignored"));

/**
 * What an activity means for us; `undefined`: nothing.
 *
 * @param signer the actor whose key has signed the request
 * @param raw the activity as it came, before it was normalised
 * @throws {Refused}
 * @throws {RemoteTrouble}
 */
export async function readActivity(
	context: InboxContext,
	activity: Json,
	signer: string,
	raw: Json,
): Promise<RemoteEvent | undefined> {
	if (typeOf(activity) === undefined) throw new Refused(400, "The activity has no type");
	const actor = idOf(activity["actor"]);
	if (actor === undefined) throw new Refused(400, "The activity has no actor");
	// Before anything else of it is believed (CVE-2024-23832).
	if (actor !== signer || context.ids.isOurs(actor)) throw new Refused(401, "The activity was not signed by its actor");
	const named = idOf(activity["id"]);
	if (named !== undefined && !sameOrigin(named, actor))
		throw new Refused(403, "The activity's id is of another origin than its actor");
	const type = knownTypeOf(activity, readTypes);
	const reader = type === undefined ? "ignored" : readers[type];
	if (reader === "ignored") return undefined;

	const id = named ?? `${actor}#${createHash("sha256").update(JSON.stringify(raw)).digest("base64url")}`;
	const meaning = await reader(context, { activity, actor, id });
	if (meaning === undefined) return undefined;
	// Of strangers, neither a new profile nor their end is news to anybody here.
	if (
		(meaning.kind === "profile" || meaning.kind === "gone") &&
		(await context.host.people.byRemote(actor)) === undefined
	)
		return undefined;
	const sender = context.directory.known(actor) ?? (await context.directory.person(actor));
	if (sender === undefined) throw new Refused(403, "The actor can't be found");
	return { id, sender, raw, ...meaning } as RemoteEvent;
}
