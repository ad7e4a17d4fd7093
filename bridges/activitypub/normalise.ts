import { withCleanTexts } from "#bridge-kit";
import { isJson, type Json, listOf } from "./reading.ts";
import { AS2 } from "./vocabulary.ts";

const SECURITY = "https://w3id.org/security/v1";

/** A document beyond these caps would take a JSON-LD processor too long; its unusual names are read without one. */
const max = { characters: 65_536, contexts: 16, nestedContexts: 8 };

/** JSON-LD keywords, and the names that AS2 gives them. */
const keywords: ReadonlyMap<string, string> = new Map([
	["@id", "id"],
	["@type", "type"],
	// In a map of languages: a text without one.
	["@none", "und"],
]);
/** Keywords that wrap a value. */
const wrappers = ["@value", "@set", "@list"] as const;
const forbidden: ReadonlySet<string> = new Set(["", "__proto__", "constructor", "prototype"]);

/**
 * The document in the plain names of AS2, so that readers find a property by one name, however the sender wrote it.
 *
 * A property with a plain name means what that name says. A context that we don't know is never fetched and defines nothing, so it
 * changes nothing. Only a document with other names (`@type`, `as:content`, a whole IRI, an alias of its own context) goes through
 * the JSON-LD processor, which takes 200 times as long as plain JSON; and what that finds only adds to the plain names.
 */
export async function normalise(text: string, document: Json): Promise<Json> {
	const aliases = new Set<string>();
	collectAliases(document, aliases);
	if (!usesOtherNames(document, aliases)) return document;
	return inPlainNames(document, isModest(text, document) ? await processed(text) : undefined, aliases);
}

/** Adds the terms by which a document's own contexts call keywords or properties of AS2. */
function collectAliases(value: unknown, aliases: Set<string>): void {
	if (typeof value !== "object" || value === null) return;
	if (Array.isArray(value)) for (const item of value) collectAliases(item, aliases);
	else
		for (const key in value) {
			const member = (value as Json)[key];
			if (key !== "@context") collectAliases(member, aliases);
			else for (const context of listOf(member)) if (isJson(context)) readContext(context, aliases);
		}
}

function readContext(context: Json, aliases: Set<string>): void {
	const iriOf = (definition: unknown): unknown => (isJson(definition) ? definition["@id"] : definition);
	for (const term in context) {
		const iri = iriOf(context[term]);
		if (typeof iri !== "string" || term.startsWith("@") || isNamedSo(iri, term)) continue;
		const [prefix = "", local] = iri.split(":", 2);
		const namespace = prefix === "as" ? `${AS2}#` : iriOf(context[prefix]);
		const isOfAs2 = iri.startsWith(`${AS2}#`) || namespace === `${AS2}#` || local === undefined;
		if (isOfAs2 && localName(iri) !== term && keywords.get(iri) !== term) aliases.add(term);
	}
}

/** Whether the last part of an IRI is the term itself, as it nearly always is. */
const isNamedSo = (iri: string, term: string): boolean =>
	iri.endsWith(term) && "#:/".includes(iri.charAt(iri.length - term.length - 1) || ":");

const isPlain = (key: string): boolean => key === "@context" || !(key.startsWith("@") || key.includes(":"));

function usesOtherNames(value: unknown, aliases: ReadonlySet<string>): boolean {
	if (typeof value !== "object" || value === null) return false;
	if (Array.isArray(value)) return value.some((item) => usesOtherNames(item, aliases));
	for (const key in value) {
		if (!isPlain(key) || aliases.has(key)) return true;
		if (key !== "@context" && usesOtherNames((value as Json)[key], aliases)) return true;
	}
	return false;
}

function isModest(text: string, document: Json): boolean {
	return (
		text.length <= max.characters &&
		listOf(document["@context"]).length <= max.contexts &&
		text.split('"@context"').length - 1 <= max.nestedContexts
	);
}

/** The document as the JSON-LD processor reads it; `undefined` when it is no JSON-LD. No context is ever fetched. */
async function processed(text: string): Promise<Json | undefined> {
	// The networking half of the package is never loaded. The text is parsed anew because the processor modifies the document.
	const { default: apex } = await import("activitypub-express/pub/utils.js");
	const engine = {
		context: [AS2, SECURITY],
		jsonldContextLoader: async (url: string) =>
			url === AS2 || url === SECURITY
				? apex.jsonldContextLoader.call({ store: { getContext: async () => undefined } }, url)
				: { contextUrl: null, documentUrl: url, document: { "@context": {} } },
	};
	try {
		const normal: unknown = await apex.fromJSONLD.call(engine, withCleanTexts(text, JSON.parse(text) as object));
		return isJson(normal) ? normal : undefined;
	} catch {
		return undefined;
	}
}

/** The last part of an IRI or of a prefixed name: the name that servers use which don't process JSON-LD. */
const localName = (name: string): string => keywords.get(name) ?? name.replace(/^.*[#:/]/, "");

const isOfAs2 = (key: string): boolean => key.startsWith("as:") || key.startsWith(`${AS2}#`);

/** Plain names first, then those that the processor found, then the others by their last part, those of AS2 before extensions. */
function inPlainNames(document: Json, found: Json | undefined, aliases: ReadonlySet<string>): Json {
	const result = new Map<string, unknown>();
	const others: string[] = [];
	for (const key in document) {
		if (!isPlain(key)) others.push(key);
		else if (key === "@context") result.set(key, document[key]);
		else result.set(key, valueIn(document[key], found?.[key], aliases));
		if (aliases.has(key)) others.push(key);
	}
	if (others.length === 0) return Object.fromEntries(result);
	const add = (key: string, value: unknown): void => {
		const name = localName(key);
		if (!result.has(name) && !name.startsWith("@") && !forbidden.has(name)) result.set(name, value);
	};
	for (const key in found) if (isPlain(key) && key !== "@context") add(key, valueIn(found[key], undefined, aliases));
	const ordered = [...others.filter(isOfAs2), ...others.filter((key) => !isOfAs2(key))];
	for (const key of ordered) add(key, valueIn(document[key], undefined, aliases));
	return Object.fromEntries(result);
}

function valueIn(value: unknown, found: unknown, aliases: ReadonlySet<string>): unknown {
	if (Array.isArray(value)) {
		const same = Array.isArray(found) && found.length === value.length ? found : [];
		return value.map((item, at) => valueIn(item, same[at], aliases));
	}
	if (!isJson(value)) return value;
	for (const wrapper of wrappers) if (wrapper in value) return valueIn(value[wrapper], undefined, aliases);
	const [only] = listOf(found);
	return inPlainNames(value, isJson(only) ? only : undefined, aliases);
}
