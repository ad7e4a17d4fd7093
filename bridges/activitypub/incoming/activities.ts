import { createHash } from "node:crypto";
import type { RemoteEvent } from "#bridge-kit";
import { keptRaw } from "../kept-raw.ts";
import { idOf, type Json, knownTypeOf, originOf, sameOrigin, typeOf } from "../reading.ts";
import { type ActivityType, activityTypes } from "../vocabulary.ts";
import { readAccept, readReject } from "./answer.ts";
import { readCreate } from "./create.ts";
import { readDelete } from "./delete.ts";
import { readBlock, readFollow } from "./follow.ts";
import { noteId } from "./kept-ids.ts";
import { readReaction } from "./react.ts";
import type { InboxContext, Reader } from "./reader.ts";
import { Refused } from "./refused.ts";
import { activitySentAt } from "./sent-at.ts";
import { readUndo } from "./undo.ts";
import { readUpdate } from "./update.ts";

/** The reader of each type of activity. An ignored activity is answered 202 and dropped, like one of an unknown type. */
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
/** The kinds of events whose time is that of their activity; of texts and people it is that of the object. */
const isTimed: Readonly<Partial<Record<RemoteEvent["kind"], true>>> = {
	join: true,
	leave: true,
	unblock: true,
	reaction: true,
	unreaction: true,
};

/** The activities that are never undone, or are undone by other means. The ids of the kept ones are noted with what they mean. */
const notUndone: ReadonlySet<string> = new Set([
	"Create",
	"Update",
	"Delete",
	"Undo",
	"Accept",
	"Reject",
	"Follow",
	"Block",
]);

/** Whether an `Undo` may name an activity whose id is not kept. */
const isUndone = (activity: Json): boolean => knownTypeOf(activity, notUndone) === undefined;

/** When an activity has several types, the first of these decides. */
const readTypes: ReadonlySet<ActivityType> = new Set(activityTypes.filter((type) => readers[type] !== "ignored"));

/**
 * Converts an activity to a remote event; `undefined`: it changes nothing here.
 *
 * @param signer the actor whose key signed the request
 * @param raw the activity as it was sent, before it was normalised
 * @throws {Refused}
 * @throws {RemoteUnavailable}
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
	// Checked before anything else in it is trusted (CVE-2024-23832).
	if (actor !== signer || context.ids.isOurs(actor)) throw new Refused(401, "The activity was not signed by its actor");
	// What is no URL identifies nothing: some servers leave the id out or send `null`, a number or an empty text.
	const given = idOf(activity["id"]);
	const named = given !== undefined && originOf(given) !== undefined ? given : undefined;
	if (named !== undefined && !sameOrigin(named, actor))
		throw new Refused(403, "The activity's id and its actor have different origins");
	const type = knownTypeOf(activity, readTypes);
	const reader = type === undefined ? "ignored" : readers[type];
	if (named !== undefined && isUndone(activity))
		await noteId(context, { actor, id: named }, { isReaction: reader === readReaction });
	if (reader === "ignored") return undefined;

	const id = named ?? `${actor}#${createHash("sha256").update(JSON.stringify(raw)).digest("base64url")}`;
	const meaning = await reader(context, { activity, actor, id, isNamed: named !== undefined });
	if (meaning === undefined) return undefined;
	// A new profile or the deletion of an actor whom we do not know changes nothing here.
	if (
		(meaning.kind === "profile" || meaning.kind === "gone") &&
		(await context.host.people.byRemote(actor)) === undefined
	)
		return undefined;
	const sender = context.directory.known(actor) ?? (await context.directory.person(actor));
	if (sender === undefined) throw new Refused(403, "The actor can't be fetched");
	const at = isTimed[meaning.kind] ? activitySentAt(activity) : {};
	return { id, sender, raw: keptRaw(raw, id), ...at, ...meaning } as RemoteEvent;
}
