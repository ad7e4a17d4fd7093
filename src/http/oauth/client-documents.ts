import type { ClientMetadata } from "oidc-provider";
import { BoundedMap } from "#core/bounded-map.ts";
import { isWithin } from "#core/clock.ts";
import { Unavailable } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { scopeNames } from "#core/identity/scopes.ts";
import { parseRemoteJson } from "#core/json.ts";
import { type HttpClient, OutboundFailure } from "#core/ports/http-client.ts";
import { applicationTypeFor, redirectFault } from "./redirect-policy.ts";
import { isTemporary, mayPass, unavailableNow } from "./unavailable.ts";

/** Clients whose id is the URL of their metadata document. */
export interface ClientDocuments {
	/** True for a client id that could be such a URL. */
	isDocument(id: string): boolean;
	/**
	 * The metadata in the document; `undefined` if there is no usable document.
	 *
	 * @throws {Unavailable} it can't be fetched now
	 */
	find(id: string): Promise<ClientMetadata | undefined>;
}

const maxBytes = 5 * 1024;
const timeoutMs = 2500;
/** How long a document is cached, in milliseconds: bounds, default, and for a failed request. */
const cacheMs = { min: 60_000, default: 300_000, max: 86_400_000, failed: 30_000 };

const dotSegment = /\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;
type Json = Readonly<Record<string, unknown>>;

/**
 * Fetches clients' documents through the guarded HTTP client: client ID metadata documents
 * (draft-ietf-oauth-client-id-metadata-document) and AS2 objects (FEP-d8c2). Redirects are not followed.
 */
export function createClientDocuments(
	context: Pick<CoreContext, "clock" | "logger">,
	http: HttpClient,
): ClientDocuments {
	interface Entry {
		readonly found: Promise<ClientMetadata | undefined>;
		readonly at: number;
		readonly lifeMs: number;
	}
	const cache = new BoundedMap<string, Entry>(500);

	async function fetchDocument(id: string, entry: Pick<Entry, "at" | "lifeMs">): Promise<ClientMetadata | undefined> {
		const { now } = context.clock;
		try {
			const { status, headers, body } = await http.request({
				method: "GET",
				url: new URL(id),
				headers: { accept: "application/json, application/activity+json;q=0.9, application/ld+json;q=0.8" },
				maxBytes,
				timeoutMs,
			});
			if (isTemporary(status)) throw unavailableNow(id);
			const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(headers["content-type"] ?? "");
			if (status !== 200 || !isJson) return undefined;
			const document = parseRemoteJson(body.toString("utf8"), { depth: 16, nodes: 1000 });
			const client = typeof document === "object" ? clientOf(id, (document ?? {}) as Json) : undefined;
			if (client !== undefined) Object.assign(entry, { at: now(), lifeMs: lifetime(headers["cache-control"]) });
			return client;
		} catch (error) {
			const refused = error instanceof OutboundFailure && error.kind === "refused";
			context.logger[refused ? "warn" : "info"](
				{ err: error, client: id },
				"A client's metadata document could not be fetched",
			);
			if (error instanceof Unavailable) throw error;
			if (mayPass(error)) throw unavailableNow(id);
			return undefined;
		}
	}

	return {
		isDocument(id) {
			const url = id.length <= 500 ? URL.parse(id) : null;
			if (url === null || !/^https?:$/.test(url.protocol) || url.pathname === "/") return false;
			if (url.username !== "" || url.password !== "" || id.includes("#") || dotSegment.test(id)) return false;
			try {
				http.check(url);
				return true;
			} catch {
				return false;
			}
		},
		async find(id) {
			const known = cache.get(id);
			if (known !== undefined && isWithin(known.at, context.clock.now(), known.lifeMs)) return known.found;
			const timing = { at: context.clock.now(), lifeMs: cacheMs.failed };
			const entry: Entry = Object.assign(timing, { found: fetchDocument(id, timing) });
			cache.set(id, entry);
			return entry.found;
		},
	};
}

function lifetime(cacheControl = ""): number {
	if (/\bno-(?:store|cache)\b/i.test(cacheControl)) return cacheMs.min;
	const seconds = /\bmax-age\s*=\s*(\d{1,10})/i.exec(cacheControl)?.[1];
	if (seconds === undefined) return cacheMs.default;
	return Math.min(cacheMs.max, Math.max(cacheMs.min, Number(seconds) * 1000));
}

const secretMethods = new Set(["client_secret_basic", "client_secret_post", "client_secret_jwt"]);
const grantTypes = ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"];

/** The known, well-formed members of a document. A wrong id, a secret or a missing redirect URI makes it unusable. */
function clientOf(id: string, document: Json): ClientMetadata | undefined {
	const isMetadata = document.client_id === id;
	if (!isMetadata && (document.id !== id || document.client_id !== undefined)) return undefined;
	const redirects = list(isMetadata ? document.redirect_uris : document.redirectURI).filter(
		(uri) => redirectFault(uri) === undefined,
	);
	const auth = isMetadata ? (document.token_endpoint_auth_method ?? "none") : "none";
	if (redirects.length === 0 || secretMethods.has(auth as string) || "client_secret" in document) return undefined;
	const asked = list(document.grant_types).filter((type) => grantTypes.includes(type));
	const scope = typeof document.scope === "string" ? document.scope.split(" ") : list(document.scope);
	const known = scope.filter((name) => scopeNames.includes(name));
	return {
		client_id: id,
		client_name: nameOf(document) ?? new URL(id).host,
		redirect_uris: redirects,
		application_type: applicationTypeFor(redirects),
		response_types: ["code"],
		grant_types: asked.length > 0 ? asked : grantTypes.slice(0, 2),
		token_endpoint_auth_method: auth === "private_key_jwt" ? auth : "none",
		...(auth === "private_key_jwt" ? keysOf(document) : {}),
		...(known.length > 0 ? { scope: known.join(" ") } : {}),
		...webUris(isMetadata ? document : { client_uri: document.url }),
	};
}

const list = (value: unknown): string[] =>
	(Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === "string").slice(0, 20);

function nameOf({ client_name, name, nameMap }: Json): string | undefined {
	const names = typeof nameMap === "object" && nameMap !== null ? (nameMap as Json) : {};
	return [client_name, name, names.en, ...Object.values(names)].find(
		(it): it is string => typeof it === "string" && it.trim() !== "",
	);
}

const keysOf = ({ jwks, jwks_uri }: Json) => ({
	...(typeof jwks === "object" && jwks !== null ? { jwks: jwks as NonNullable<ClientMetadata["jwks"]> } : {}),
	...(typeof jwks_uri === "string" && jwks === undefined ? { jwks_uri } : {}),
});

/** The optional web pages of a client; invalid URLs are ignored. */
function webUris(document: Json): Partial<ClientMetadata> {
	const names = ["client_uri", "policy_uri", "tos_uri"] as const;
	return Object.fromEntries(
		names.flatMap((name) => {
			const uri = document[name];
			return typeof uri === "string" && URL.parse(uri)?.protocol === "https:" ? [[name, uri]] : [];
		}),
	);
}
