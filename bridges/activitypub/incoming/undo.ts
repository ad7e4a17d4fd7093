import { firstOf, idOf, isJson, type Json, typeOf } from "../reading.ts";
import type { ActivityType } from "../vocabulary.ts";
import { refOf } from "./content.ts";
import { followedBy, targetOf } from "./follow.ts";
import { keyOf } from "./react.ts";
import { type InboxContext, type Meaning, objectIdOf, type Reader, type ReceivedActivity } from "./reader.ts";
import { Refused } from "./refused.ts";

/** An `Undo`: of an activity that is embedded in full, or named by its id. */
export const readUndo: Reader = async (context, received) => {
	const undone = firstOf(received.activity["object"]);
	const object = isJson(undone) ? idOf(undone["object"]) : undefined;
	if (!isJson(undone) || typeOf(undone) === undefined || object === undefined)
		return byId(context, received, objectIdOf(received));
	const actor = idOf(undone["actor"]);
	if (actor !== undefined && actor !== received.actor)
		throw new Refused(403, "Only its own actor can undo an activity");
	return inFull(context, received, undone, object);
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

const endBlock: Undoer = async (context, _actor, _undone, object) => {
	const target = await targetOf(context, object);
	return target === undefined ? undefined : { kind: "unblock", target };
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

function inFull(context: InboxContext, { actor }: ReceivedActivity, undone: Json, object: string): ReturnType<Undoer> {
	const type = typeOf(undone) ?? "";
	const undoer = Object.hasOwn(undoers, type) ? undoers[type as ActivityType] : "ignored";
	return undoer === "ignored" ? undefined : undoer(context, actor, undone, object);
}

async function byId(context: InboxContext, received: ReceivedActivity, id: string): Promise<Meaning> {
	const target = await followedBy(context, received, id);
	return target === undefined ? { kind: "unreaction", reaction: id } : { kind: "leave", target, joined: id };
}
