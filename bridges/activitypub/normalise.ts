import { isJson, type Json, listOf } from "./reading.ts";

const AS2 = "https://www.w3.org/ns/activitystreams";
const SECURITY = "https://w3id.org/security/v1";

/** Contexts that leave the usual terms their usual meaning: documents that use only these are read as plain JSON. */
const known: ReadonlySet<string> = new Set([
	AS2,
	"http://www.w3.org/ns/activitystreams",
	SECURITY,
	"https://w3id.org/security/data-integrity/v1",
	"https://w3id.org/security/data-integrity/v2",
	"https://w3id.org/security/multikey/v1",
	"https://w3id.org/identity/v1",
	"https://www.w3.org/ns/did/v1",
	"https://www.w3.org/ns/cid/v1",
	"https://purl.archive.org/socialweb/webfinger",
	"https://purl.archive.org/socialweb/miscellany",
	"https://purl.archive.org/miscellany",
	"https://gotosocial.org/ns",
	"https://join-lemmy.org/context.json",
	"https://funkwhale.audio/ns",
	"https://schema.org",
	"https://schema.org/",
	"http://schema.org/",
	"http://joinmastodon.org/ns",
]);
/** Pleroma and its forks publish their context under their own host. */
const isKnown = (url: string): boolean => known.has(url) || url.endsWith("/schemas/litepub-0.1.jsonld");

/** A document beyond these caps would take a JSON-LD processor too long; it is read as plain JSON. */
const max = { characters: 65_536, contexts: 16, nestedContexts: 8 };

function isModest(document: Json): boolean {
	const text = JSON.stringify(document);
	const contexts = text.split('"@context"').length - 1;
	return (
		text.length <= max.characters &&
		listOf(document["@context"]).length <= max.contexts &&
		contexts <= max.nestedContexts
	);
}

/** Whether a document uses contexts that we don't know. */
export const isForeign = (document: Json): boolean =>
	listOf(document["@context"]).some((context) => typeof context === "string" && !isKnown(context));

/**
 * The document in AS2 terms. Only a document with an unknown context goes through the JSON-LD processor (200 times the cost of
 * plain JSON), and no context is ever fetched: one that is not preloaded defines nothing.
 */
export async function normalise(text: string, document: Json): Promise<Json> {
	if (!isForeign(document) || !isModest(document)) return document;
	// The networking half of the package is never loaded. The document is copied because the processor modifies it.
	const { default: apex } = await import("activitypub-express/pub/utils.js");
	const engine = {
		context: [AS2, SECURITY],
		jsonldContextLoader: async (url: string) =>
			url === AS2 || url === SECURITY
				? apex.jsonldContextLoader.call({ store: { getContext: async () => undefined } }, url)
				: { contextUrl: null, documentUrl: url, document: { "@context": {} } },
	};
	try {
		const normal: unknown = await apex.fromJSONLD.call(engine, JSON.parse(text) as object);
		return isJson(normal) ? plain(normal) : document;
	} catch {
		// Not JSON-LD at all; most such documents are still valid as plain JSON.
		return document;
	}
}

/** Types outside AS2 come back as IRIs or blank nodes; their last part is the name that other servers use. */
function plain(document: Json): Json {
	const types = listOf(document["type"]).map((type) =>
		typeof type === "string" ? type.replace(/^.*[#:/]/, "") : type,
	);
	return { ...document, type: types };
}
