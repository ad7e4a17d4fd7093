/** A JSON object from a remote server. Nothing is known about its members. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** The values of a property, which senders write as an array or as a single value. */
export function listOf(value: unknown): readonly unknown[] {
	if (value === undefined || value === null) return [];
	return Array.isArray(value) ? value : [value];
}

/** The first value of a property. */
export const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

/** The id of something that is named by its id, embedded, or linked to. */
export function idOf(value: unknown): string | undefined {
	const one = firstOf(value);
	if (typeof one === "string") return one;
	if (!isJson(one)) return undefined;
	const id = firstOf(one["id"]) ?? firstOf(one["href"]);
	return typeof id === "string" ? id : undefined;
}

export const idsOf = (value: unknown): readonly string[] =>
	listOf(value)
		.map(idOf)
		.filter((id) => id !== undefined);

export const textOf = (value: unknown): string | undefined => {
	const one = firstOf(value);
	if (typeof one === "string") return one;
	// How a JSON-LD processor writes a text with a language.
	return isJson(one) && typeof one["@value"] === "string" ? one["@value"] : undefined;
};

/** The text of a property, or the first of its `…Map` of languages when only that is present. */
export function textOrMap(object: Json, name: string): string | undefined {
	const map = firstOf(object[`${name}Map`]);
	return textOf(object[name]) ?? (isJson(map) ? textOf(Object.values(map)[0]) : undefined);
}

const typesOf = (value: unknown): readonly string[] =>
	isJson(value) ? listOf(value["type"]).filter((type) => typeof type === "string") : [];

/** The first type of something. */
export const typeOf = (value: unknown): string | undefined => typesOf(value)[0];

/** The first type that is in `known`; some servers give several. */
export const knownTypeOf = <T extends string>(value: unknown, known: ReadonlySet<T>): T | undefined =>
	(typesOf(value) as readonly T[]).find((type) => known.has(type));

const PUBLIC_NAMES: ReadonlySet<string> = new Set([
	"https://www.w3.org/ns/activitystreams#Public",
	"as:Public",
	"Public",
]);

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
