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

/**
 * What is kept and relayed of an activity: all of it up to {@link maxRawBytes}; beyond that what is understood, at every depth; and of what
 * is longer even then, its id alone.
 *
 * @param id the id of the activity if it has none of its own
 */
export function keptRaw(raw: Json, id?: string): unknown {
	if (bytesOf(raw) <= maxRawBytes) return raw;
	const cut = cutTo(understood, raw);
	return bytesOf(cut) <= maxRawBytes ? cut : (idOf(raw["id"]) ?? id);
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
