import { InvalidRequest, PermissionDenied } from "../errors.ts";
import { JsonRefused, parseJson } from "../json.ts";
import { type HttpClient, OutboundFailure } from "../ports/http-client.ts";

/** Another provider could not be asked, or did not answer as one does. */
export class PeerAway extends Error {
	constructor(domain: string, options?: { cause: unknown }) {
		super(`${domain} does not answer`, options);
		this.name = "PeerAway";
	}
}

export interface PeerAnswer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	/** What was said, where that is a JSON object. */
	readonly document: Readonly<Record<string, unknown>> | undefined;
}

/** Other providers, as far as we ask them something. */
export interface Peers {
	/** Where a path is at a provider. @throws {PermissionDenied} `provider_denied` we have nothing to do with this one */
	url(domain: string, path: string): URL;
	/** @throws {PeerAway} */
	get(url: URL, headers?: Readonly<Record<string, string>>): Promise<PeerAnswer>;
}

const domainShape = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/;

/** The one form of a provider's name: lower-case, without the scheme's own port. `undefined`: it is none. */
export function readDomain(text: string): string | undefined {
	const lower = text.toLowerCase();
	return domainShape.test(lower) ? URL.parse(`https://${lower}`)?.host : undefined;
}

/** @throws {InvalidRequest} */
export function domainIn(field: string, text: string): string {
	const domain = readDomain(text);
	if (domain === undefined) throw new InvalidRequest([{ field, expected: "a provider's domain, host[:port]" }]);
	return domain;
}

const caps = { depth: 16, nodes: 5000 };
const maxBytes = 256 * 1024;

/** @param insecureLocalhost providers on this machine are asked by http */
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
				throw new PermissionDenied(`This provider has nothing to do with ${domain}`, "provider_denied");
			}
			return url;
		},
		async get(url, headers = {}) {
			try {
				const answer = await http.request({
					method: "GET",
					url,
					headers: { accept: "application/json", ...headers },
					maxBytes,
				});
				// A trouble that passes is not an answer: nothing may be concluded from it.
				if (answer.status === 429 || answer.status >= 500) throw new PeerAway(url.host);
				return { status: answer.status, headers: answer.headers, document: read(answer.body.toString("utf8")) };
			} catch (error) {
				if (error instanceof OutboundFailure) throw new PeerAway(url.host, { cause: error });
				throw error;
			}
		},
	};
}

function read(text: string): PeerAnswer["document"] {
	try {
		const value = parseJson(text, caps);
		const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
		return isObject ? (value as Record<string, unknown>) : undefined;
	} catch (error) {
		if (error instanceof JsonRefused) return undefined;
		throw error;
	}
}
