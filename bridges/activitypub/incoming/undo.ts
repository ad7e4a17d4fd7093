import { firstOf, idOf, isJson, type Json, knownTypeOf, typeOf } from "../reading.ts";
import { type ActivityType, activityTypes } from "../vocabulary.ts";
import { refOf } from "./content.ts";
import { targetOf } from "./follow.ts";
import { keptBy, keptTypes } from "./kept-ids.ts";
import { keyOf } from "./react.ts";
import { type InboxContext, type Meaning, objectIdOf, type Reader, type ReceivedActivity } from "./reader.ts";
import { Refused } from "./refused.ts";

/**
 * An `Undo`: of an activity that is embedded in full, or named by its id, with or without its type. One whose type has no effect here
 * undoes nothing, whatever else has had its id.
 */
export const readUndo: Reader = async (context, received) => {
	const undone = firstOf(received.activity["object"]);
	if (!isJson(undone) || typeOf(undone) === undefined) return byId(context, received, objectIdOf(received));
	const actor = idOf(undone["actor"]);
	if (actor !== undefined && actor !== received.actor)
		throw new Refused(403, "Only its own actor can undo an activity");
	const type = knownTypeOf(undone, undoable);
	const undoer = type === undefined ? "ignored" : undoers[type];
	if (type === undefined || undoer === "ignored") return undefined;
	const object = idOf(undone["object"]);
	return object === undefined
		? byId(context, received, objectIdOf(received), type)
		: undoer(context, received.actor, undone, object);
};

type Undoer = (
	context: InboxContext,
	actor: string,
	undone: Json,
	object: string,
) => Meaning | undefined | Promise<Meaning | undefined>;

const endFollow: Undoer = async (context, _actor, undone, object) => {
	const target = await targetOf(context, object);
	const joined = idOf(undone["id"]);
	return target === undefined ? undefined : { kind: "leave", target, ...(joined === undefined ? {} : { joined }) };
};

const endBlock: Undoer = async (context, actor, undone, object) => {
	const target = await targetOf(context, object);
	const block = idOf(undone["id"]);
	if (target === undefined || block === undefined) return target && { kind: "unblock", target };
	const isKnown = (await keptBy(context, { actor }, block, ["Block"])) !== undefined;
	return { kind: "unblock", target, ...(isKnown ? {} : { overtook: block }) };
};

const endReaction: Undoer = ({ ids }, actor, undone, object) => {
	const id = idOf(undone["id"]);
	const { key, isAssumed } = keyOf(undone, actor);
	return {
		kind: "unreaction",
		...(id === undefined ? {} : { reaction: id }),
		target: refOf(ids, object),
		key,
		...(isAssumed === true ? {} : { isExact: true }),
	};
};

/** What an `Undo` of each type of activity means. */
const undoers: Readonly<Record<ActivityType, Undoer | "ignored">> = {
	Follow: endFollow,
	Like: endReaction,
	EmojiReact: endReaction,
	EmojiReaction: endReaction,
	Create: "ignored",
	Update: "ignored",
	Delete: "ignored",
	Accept: "ignored",
	Reject: "ignored",
	Undo: "ignored",
	Block: endBlock,
	Announce: "ignored",
	Add: "ignored",
	Remove: "ignored",
	Move: "ignored",
	Flag: "ignored",
	Dislike: "ignored",
};

/** When an activity has several types, the first of these decides. */
const undoable: ReadonlySet<ActivityType> = new Set(activityTypes.filter((type) => undoers[type] !== "ignored"));

/** @param type what the undone activity was, if the sender says so */
async function byId(
	context: InboxContext,
	received: ReceivedActivity,
	id: string,
	type?: ActivityType,
): Promise<Meaning | undefined> {
	const types = type === undefined ? keptTypes : keptTypes.filter((kept) => kept === type);
	const kept = await keptBy(context, received, id, types);
	if (kept?.type === "Other") return undefined;
	const target = kept === undefined ? undefined : await targetOf(context, kept.object);
	if (kept === undefined || target === undefined) return { kind: "unreaction", reaction: id };
	return kept.type === "Follow" ? { kind: "leave", target, joined: id } : { kind: "unblock", target };
}
