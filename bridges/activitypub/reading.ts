import { PUBLIC } from "./vocabulary.ts";

/** A JSON object from a remote server, in the plain names of AS2 (`normalise.ts`). Nothing is known about its members. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** The values of a property, which senders write as an array (of arrays, with nulls) or as a single value. */
export function listOf(value: unknown): readonly unknown[] {
	if (value === undefined || value === null) return [];
	if (!Array.isArray(value)) return [value];
	const flat = value.some(Array.isArray) ? value.flat(Number.POSITIVE_INFINITY) : value;
	return flat.includes(null) ? flat.filter((item) => item !== null) : flat;
}

/** The first value of a property. */
export const firstOf = (value: unknown): unknown => (Array.isArray(value) ? listOf(value)[0] : value);

/** The longest id, in characters; what is longer identifies nothing here, since it would be stored wherever the id is. */
const maxId = 2048;

/** The id of something that is named by its id, embedded, or linked to. An empty string is how some servers write that there is none. */
export function idOf(value: unknown): string | undefined {
	const one = firstOf(value);
	const id = isJson(one) ? (firstOf(one["id"]) ?? firstOf(one["href"])) : one;
	return typeof id === "string" && id !== "" && id.length <= maxId ? id : undefined;
}

export const idsOf = (value: unknown): readonly string[] =>
	listOf(value)
		.map(idOf)
		.filter((id) => id !== undefined);

export const textOf = (value: unknown): string | undefined => {
	const one = valueOf(value);
	if (typeof one === "number") return String(one);
	return typeof one === "string" ? one : undefined;
};

/** A truth value, also as a text or as 0 or 1. `undefined`: it says neither. */
export function booleanOf(value: unknown): boolean | undefined {
	const one = valueOf(value);
	const word = typeof one === "string" ? one.trim().toLowerCase() : one;
	if (word === true || word === "true" || word === 1 || word === "1") return true;
	return word === false || word === "false" || word === 0 || word === "0" ? false : undefined;
}

/** A time (xsd:dateTime) in milliseconds since 1970; a bare number is none. */
export function timeOf(value: unknown): number | undefined {
	const text = textOf(value)?.trim() ?? "";
	const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
	return Number.isFinite(time) ? time : undefined;
}

/** The first value of a property that has no members of its own; JSON-LD may wrap it, to give its language or type. */
function valueOf(value: unknown): unknown {
	const one = firstOf(value);
	return isJson(one) ? firstOf(one["@value"]) : one;
}

/** The text of a property, or the first of its `…Map` of languages when only that has one. */
export function textOrMap(object: Json, name: string): string | undefined {
	const text = textOf(object[name]);
	if (text !== undefined && text !== "") return text;
	const map = firstOf(object[`${name}Map`]);
	const translations = isJson(map) ? Object.values(map).map(textOf) : [];
	return translations.find((translation) => translation !== undefined && translation !== "") ?? text;
}

/** The types of something, which a document with prefixes or IRIs (`as:Note`) gives by their last part, too. */
const typesOf = (value: unknown): readonly string[] =>
	isJson(value)
		? listOf(value["type"])
				.filter((type) => typeof type === "string")
				.map((type) => type.replace(/^.*[#:/]/, ""))
		: [];

/** The first type of something. */
export const typeOf = (value: unknown): string | undefined => typesOf(value)[0];

/** The first type that is in `known`; some servers give several. */
export const knownTypeOf = <T extends string>(value: unknown, known: ReadonlySet<T>): T | undefined =>
	(typesOf(value) as readonly T[]).find((type) => known.has(type));

const PUBLIC_NAMES: ReadonlySet<string> = new Set([PUBLIC, "as:Public", "Public"]);

/** Whether an object is public, in any of the three spellings. */
export function isPublic(object: Json): boolean {
	return [object["to"], object["cc"]].some((audience) => idsOf(audience).some((id) => PUBLIC_NAMES.has(id)));
}

/** The origin of an id; `undefined` when it is no http(s) URL. */
export function originOf(id: string): string | undefined {
	const url = URL.parse(id);
	return url !== null && (url.protocol === "https:" || url.protocol === "http:") ? url.origin : undefined;
}

export const sameOrigin = (left: string, right: string): boolean => {
	const origin = originOf(left);
	return origin !== undefined && origin === originOf(right);
};

/** An http(s) URL, or nothing. */
export const urlOf = (value: unknown): string | undefined => {
	const id = idOf(value);
	return id !== undefined && originOf(id) !== undefined ? id : undefined;
};
