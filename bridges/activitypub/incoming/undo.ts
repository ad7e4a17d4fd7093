import { firstOf, idOf, isJson, type Json, typeOf } from "../reading.ts";
import { refOf } from "./content.ts";
import { followedBy, targetOf } from "./follow.ts";
import { keyOf } from "./react.ts";
import { type Arrived, type InboxContext, type Meaning, objectIdOf, type Reader } from "./reader.ts";
import { Refused } from "./refused.ts";

/** Something is taken back: described in full, or named by its id. */
export const readUndo: Reader = async (context, arrived) => {
	const undone = firstOf(arrived.activity["object"]);
	if (!isJson(undone) || undone["type"] === undefined) return byId(context, arrived, objectIdOf(arrived));
	const actor = idOf(undone["actor"]);
	if (actor !== undefined && actor !== arrived.actor) throw new Refused(403, "It is somebody else's to take back");
	return inFull(context, arrived, undone);
};

function inFull({ ids }: InboxContext, { actor }: Arrived, undone: Json): Meaning | undefined {
	const object = idOf(undone["object"]);
	if (object === undefined) throw new Refused(400, "What is taken back has no object");
	switch (typeOf(undone)) {
		case "Follow": {
			const target = targetOf(ids, object);
			return target === undefined ? undefined : { kind: "leave", target };
		}
		case "Like":
		case "EmojiReact":
		case "EmojiReaction": {
			const id = idOf(undone["id"]);
			const { key } = keyOf(undone, actor);
			return { kind: "unreaction", ...(id === undefined ? {} : { reaction: id }), target: refOf(ids, object), key };
		}
		default:
			return undefined;
	}
}

async function byId(context: InboxContext, arrived: Arrived, id: string): Promise<Meaning> {
	const target = await followedBy(context, arrived, id);
	return target === undefined ? { kind: "unreaction", reaction: id } : { kind: "leave", target };
}
