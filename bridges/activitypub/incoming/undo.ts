import type { Ids } from "../ids.ts";
import { firstOf, idOf, isJson, type Json, typeOf } from "../reading.ts";
import type { ActivityType } from "../vocabulary.ts";
import { refOf } from "./content.ts";
import { followedBy, targetOf } from "./follow.ts";
import { keyOf } from "./react.ts";
import { type Arrived, type InboxContext, type Meaning, objectIdOf, type Reader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** An `Undo`: of an activity that is embedded in full, or named by its id. */
export const readUndo: Reader = async (context, arrived) => {
	const undone = firstOf(arrived.activity["object"]);
	if (!isJson(undone) || undone["type"] === undefined) return byId(context, arrived, objectIdOf(arrived));
	const actor = idOf(undone["actor"]);
	if (actor !== undefined && actor !== arrived.actor) throw new Refused(403, "It is somebody else's to take back");
	return inFull(context, arrived, undone);
};

type Undoer = (ids: Ids, actor: string, undone: Json, object: string) => Meaning | undefined;

const endFollow: Undoer = (ids, _actor, _undone, object) => {
	const target = targetOf(ids, object);
	return target === undefined ? undefined : { kind: "leave", target };
};

const endReaction: Undoer = (ids, actor, undone, object) => {
	const id = idOf(undone["id"]);
	const { key } = keyOf(undone, actor);
	return { kind: "unreaction", ...(id === undefined ? {} : { reaction: id }), target: refOf(ids, object), key };
};

/** What it means that an activity of each type is taken back. */
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
	Block: "ignored",
	Announce: "ignored",
	Add: "ignored",
	Remove: "ignored",
	Move: "ignored",
	Flag: "ignored",
	Dislike: "ignored",
};

function inFull({ ids }: InboxContext, { actor }: Arrived, undone: Json): Meaning | undefined {
	const object = idOf(undone["object"]);
	if (object === undefined) throw new Refused(400, "What is taken back has no object");
	const type = typeOf(undone) ?? "";
	const undoer = Object.hasOwn(undoers, type) ? undoers[type as ActivityType] : "ignored";
	return undoer === "ignored" ? undefined : undoer(ids, actor, undone, object);
}

async function byId(context: InboxContext, arrived: Arrived, id: string): Promise<Meaning> {
	const target = await followedBy(context, arrived, id);
	return target === undefined ? { kind: "unreaction", reaction: id } : { kind: "leave", target };
}
