import { maxRawBytes } from "#bridge-kit";
import { idOf, isJson, type Json } from "./reading.ts";

/** The members that this bridge, or a server that an activity is relayed to, reads. */
const understood: ReadonlySet<string> = new Set([
	"@context",
	"@value",
	"id",
	"type",
	"actor",
	"object",
	"target",
	"to",
	"cc",
	"audience",
	"attributedTo",
	"inReplyTo",
	"context",
	"published",
	"updated",
	"deleted",
	"formerType",
	"name",
	"nameMap",
	"summary",
	"summaryMap",
	"content",
	"contentMap",
	"mediaType",
	"url",
	"href",
	"tag",
	"attachment",
	"icon",
	"image",
	"sensitive",
	"_misskey_reaction",
	"oneOf",
	"anyOf",
]);
/** The members whose names are languages. */
const maps: ReadonlySet<string> = new Set(["nameMap", "summaryMap", "contentMap"]);

/** The collections of an object, which servers embed with their first page; it is empty, or out of date soon. */
const collections = ["replies", "likes", "shares"] as const;

/**
 * What is kept and relayed of an activity: nearly all of it (see {@link withoutBallast}) up to {@link maxRawBytes}; beyond that what is understood, at every depth; and of what
 * is longer even then, its id alone.
 *
 * @param id the id of the activity if it has none of its own
 */
export function keptRaw(raw: Json, id?: string): unknown {
	const whole = withoutBallast(raw);
	if (bytesOf(whole) <= maxRawBytes) return whole;
	const cut = cutTo(understood, raw);
	return bytesOf(cut) <= maxRawBytes ? cut : (idOf(raw["id"]) ?? id);
}

/**
 * The activity without its JSON-LD signature, which no one accepts from another server, and with the ids of collections in place of
 * themselves: a third of what Mastodon sends. One with a proof (FEP-8b32), which covers all of it, stays as it is.
 */
function withoutBallast(raw: Json): Json {
	const object = raw["object"];
	if ("proof" in raw || (isJson(object) && "proof" in object)) return raw;
	const embedded = isJson(object) ? collections.filter((name) => isJson(object[name])) : [];
	if (!("signature" in raw) && embedded.length === 0) return raw;
	const { signature: _, ...rest } = raw;
	if (!isJson(object) || embedded.length === 0) return rest;
	return { ...rest, object: { ...object, ...Object.fromEntries(embedded.map((name) => [name, idOf(object[name])])) } };
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

function cutTo(names: ReadonlySet<string>, value: unknown): unknown {
	if (Array.isArray(value)) return value.map((item) => cutTo(names, item));
	if (!isJson(value)) return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([name]) => names.has(name))
			.map(([name, member]) => [name, maps.has(name) || name === "@context" ? member : cutTo(names, member)]),
	);
}
