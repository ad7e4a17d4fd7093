/** A JSON object from outside. Nothing about its members is known. */
export type Json = Readonly<Record<string, unknown>>;

export const isJson = (value: unknown): value is Json =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Array or scalar, as senders please. */
export function listOf(value: unknown): readonly unknown[] {
	if (value === undefined || value === null) return [];
	return Array.isArray(value) ? value : [value];
}

/** The first value, whether or not it stands in an array. */
export const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

/** The id of what is named, embedded, or linked to. */
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
	// What a JSON-LD processor makes of a text with a language.
	return isJson(one) && typeof one["@value"] === "string" ? one["@value"] : undefined;
};

/** The text of a property, or of its map from languages to texts when only that is there. */
export function textOrMap(object: Json, name: string): string | undefined {
	const map = firstOf(object[`${name}Map`]);
	return textOf(object[name]) ?? (isJson(map) ? textOf(Object.values(map)[0]) : undefined);
}

const typesOf = (value: unknown): readonly string[] =>
	isJson(value) ? listOf(value["type"]).filter((type) => typeof type === "string") : [];

/** The first type of something. */
export const typeOf = (value: unknown): string | undefined => typesOf(value)[0];

/** The type that decides where there are several: the first of them that is known. */
export const knownTypeOf = <T extends string>(value: unknown, known: ReadonlySet<T>): T | undefined =>
	(typesOf(value) as readonly T[]).find((type) => known.has(type));

const PUBLIC_NAMES: ReadonlySet<string> = new Set([
	"https://www.w3.org/ns/activitystreams#Public",
	"as:Public",
	"Public",
]);

/** Whether something is addressed to everybody, however the sender spells it. */
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
