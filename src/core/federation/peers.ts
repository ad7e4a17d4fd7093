import { InvalidRequest, PermissionDenied } from "../errors.ts";
import { JsonRefused, parseRemoteJson } from "../json.ts";
import { type HttpClient, OutboundFailure } from "../ports/http-client.ts";

/** Another provider can't be reached, or has a temporary failure. */
export class PeerUnavailable extends Error {
	constructor(domain: string, options?: { cause: unknown }) {
		super(`${domain} does not answer`, options);
		this.name = "PeerUnavailable";
	}
}

/** There is no usable answer of another provider, and asking again would not help: our rules forbid the request, or it is too large. */
export class PeerUnusable extends Error {
	constructor(domain: string, options: { cause: unknown }) {
		super(`${domain} has no usable answer`, options);
		this.name = "PeerUnusable";
	}
}

/** The response of another provider. */
export interface PeerResponse {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** The body, if it is a JSON object. */
	readonly document: Readonly<Record<string, unknown>> | undefined;
}

/** Makes requests to other providers. */
export interface Peers {
	/** The URL of a path at a provider. @throws {PermissionDenied} `provider_denied` this provider does not federate with it */
	url(domain: string, path: string): URL;
	/**
	 * Makes a GET request. The response may have any status except 408, 429 and 5xx.
	 *
	 * @throws {PeerUnavailable}
	 * @throws {PeerUnusable}
	 */
	get(url: URL, headers?: Readonly<Record<string, string>>): Promise<PeerResponse>;
}

const domainShape = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/;

/** The canonical form of a provider's domain: lower-case, without the default port; `undefined` if the text is not a domain. */
export function readDomain(text: string): string | undefined {
	const lower = text.toLowerCase();
	return domainShape.test(lower) ? URL.parse(`https://${lower}`)?.host : undefined;
}

/** The canonical domain in a field of a request. @throws {InvalidRequest} it is not a domain */
export function domainIn(field: string, text: string): string {
	const domain = readDomain(text);
	if (domain === undefined) throw new InvalidRequest([{ field, expected: "a provider's domain, host[:port]" }]);
	return domain;
}

const caps = { depth: 16, nodes: 5000 };
const maxBytes = 256 * 1024;

/** @param options.insecureLocalhost whether providers on this machine are reached by http */
export function createPeers(http: HttpClient, { insecureLocalhost }: { readonly insecureLocalhost: boolean }): Peers {
	const protocolOf = (domain: string): string =>
		insecureLocalhost && /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(domain) ? "http:" : "https:";

	return {
		url(domain, path) {
			const url = new URL(`${protocolOf(domain)}//${domain}${path}`);
			try {
				http.check(url);
			} catch (error) {
				if (!(error instanceof OutboundFailure)) throw error;
				throw new PermissionDenied(`This provider does not federate with ${domain}`, "provider_denied");
			}
			return url;
		},
		async get(url, headers = {}) {
			try {
				const response = await http.request({
					method: "GET",
					url,
					headers: { accept: "application/json", ...headers },
					maxBytes,
				});
				// A temporary failure says nothing about the resource.
				if (isTemporary(response.status)) throw new PeerUnavailable(url.host);
				return { status: response.status, headers: response.headers, document: read(response.body.toString("utf8")) };
			} catch (error) {
				if (!(error instanceof OutboundFailure)) throw error;
				const isLasting = error.kind === "refused" || error.kind === "too-large";
				throw new (isLasting ? PeerUnusable : PeerUnavailable)(url.host, { cause: error });
			}
		},
	};
}

const isTemporary = (status: number): boolean => status === 408 || status === 429 || status >= 500;

function read(text: string): PeerResponse["document"] {
	try {
		const value = parseRemoteJson(text, caps);
		const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
		return isObject ? (value as Record<string, unknown>) : undefined;
	} catch (error) {
		if (error instanceof JsonRefused) return undefined;
		throw error;
	}
}
