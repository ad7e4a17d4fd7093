import { isJson, type Json, listOf, textOf, typeOf, urlOf } from "../reading.ts";
import { refOf } from "./content.ts";
import { objectIdOf, type Reader } from "./reader.ts";

/** The key of a `Like` without an emoji. */
const favourite = "⭐";
const maxKey = 100;

/** A `Like` with or without an emoji, or an `EmojiReact` (FEP-c0e0). */
export const readReaction: Reader = ({ ids }, received) => {
	const { isAssumed: _, ...shown } = keyOf(received.activity, received.actor);
	return { kind: "reaction", reaction: received.id, target: refOf(ids, objectIdOf(received)), ...shown };
};

/**
 * The key of a reaction: its emoji; for a custom emoji `name@host`, so that those of two servers stay distinct. A text that is too long
 * for an emoji is a remark on a like. `isAssumed`: the activity has no emoji.
 */
export function keyOf(
	activity: Json,
	actor: string,
): { readonly key: string; readonly image?: string; readonly isAssumed?: true } {
	const content = (textOf(activity["content"]) ?? textOf(activity["_misskey_reaction"]) ?? "").trim();
	if (content === "" || content.length > maxKey) return { key: favourite, isAssumed: true };
	const name = /^:([^:\s]+):$/.exec(content)?.[1];
	if (name === undefined) return { key: content };
	const image = listOf(activity["tag"])
		.filter(
			(tag): tag is Json =>
				isJson(tag) &&
				typeOf(tag) === "Emoji" &&
				(textOf(tag["name"]) ?? "").replaceAll(":", "") === name.split("@", 1)[0],
		)
		.map((tag) => (isJson(tag["icon"]) ? urlOf(tag["icon"]["url"]) : undefined))[0];
	const key = name.includes("@") ? name : `${name}@${URL.parse(actor)?.host ?? ""}`;
	return image === undefined ? { key } : { key, image };
}
