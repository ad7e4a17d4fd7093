import { type BridgeHost, JsonRefused, OutboundFailure, type OutboundResponse, parseRemoteJson } from "#bridge-kit";
import type { PublishingContext } from "../context.ts";
import { normalise } from "../normalise.ts";
import { idOf, isJson, type Json, originOf } from "../reading.ts";
import { signRequest } from "../signatures/index.ts";
import { ACCEPT } from "../vocabulary.ts";

/** What a remote server answered. `gone`: 410; `absent`: there is no document that we may or can read; `isMissing`: it answered 404. */
export type Fetched =
	| { readonly status: "found"; readonly document: Json; readonly url: string }
	| { readonly status: "gone" }
	| { readonly status: "absent"; readonly isMissing?: true };

/** The remote server can't answer now; the request may be repeated later. */
export class RemoteUnavailable extends Error {
	/** Whether our own requests to it are too many, and the server itself answers. */
	get isBusy(): boolean {
		return this.cause instanceof OutboundFailure && this.cause.kind === "busy";
	}
	constructor(message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "RemoteUnavailable";
	}
}

export interface Documents {
	/**
	 * Fetches an AS2 document by a GET that the instance actor signs. Each redirect (3 at most) is signed and checked anew. `url` is
	 * the address that answered in the end; the caller decides what the document may make statements about.
	 *
	 * @throws {RemoteUnavailable}
	 */
	fetch(url: string): Promise<Fetched>;
	/** Fetches the object with this id. A document with another id is fetched once more by that id, and must then carry it. */
	fetchObject(url: string): Promise<Fetched>;
}

const maxRedirects = 3;

export function createDocuments(
	host: Pick<BridgeHost, "about" | "clock" | "http" | "limits">,
	{ ids, keys }: Pick<PublishingContext, "ids" | "keys">,
): Documents {
	async function get(url: URL): Promise<OutboundResponse | undefined> {
		const { privateKey } = await keys.of(ids.instance);
		const signed = await signRequest({
			method: "GET",
			url,
			keyId: ids.keyId(ids.instance),
			privateKey,
			date: host.clock.now(),
		});
		return request(() => host.http.request({ method: "GET", url, headers: { ...signed, accept: ACCEPT } }));
	}

	async function fetch(start: string): Promise<Fetched> {
		let url = URL.parse(start);
		for (let hops = 0; url !== null && hops <= maxRedirects; hops++) {
			if (originOf(url.href) === undefined || url.origin === host.about.origin) return { status: "absent" };
			url.hash = "";
			const response = await get(url);
			if (response === undefined) return { status: "absent" };
			const location = response.headers["location"];
			if (response.status < 300 || response.status >= 400 || location === undefined) return read(response, url.href);
			url = URL.parse(location, url.href);
		}
		return { status: "absent" };
	}

	async function read({ status, headers, body }: OutboundResponse, url: string): Promise<Fetched> {
		if (status === 410) return { status: "gone" };
		if (status === 404) return { status: "absent", isMissing: true };
		if (status === 408 || status === 429 || status >= 500) throw new RemoteUnavailable(`${url} answered ${status}`);
		if (status !== 200 || !isActivityType(headers["content-type"])) return { status: "absent" };
		try {
			const text = body.toString("utf8");
			const document = parseRemoteJson(text, { depth: host.limits.jsonDepth, nodes: host.limits.jsonNodes });
			return isJson(document)
				? { status: "found", document: await normalise(text, document), url }
				: { status: "absent" };
		} catch (error) {
			if (error instanceof JsonRefused) return { status: "absent" };
			throw error;
		}
	}

	return {
		fetch,
		async fetchObject(url) {
			const first = await fetch(url);
			if (first.status !== "found" || names(first.document, first.url)) return first;
			const id = idOf(first.document);
			if (id === undefined) return { status: "absent" };
			const second = await fetch(id);
			return second.status === "found" && !(names(second.document, second.url) && idOf(second.document) === id)
				? { status: "absent" }
				: second;
		},
	};
}

/** Runs a request. `undefined`: our guard refuses it, or the answer is too large. @throws {RemoteUnavailable} */
export async function request(send: () => Promise<OutboundResponse>): Promise<OutboundResponse | undefined> {
	try {
		return await send();
	} catch (error) {
		if (!(error instanceof OutboundFailure)) throw error;
		if (error.kind === "refused" || error.kind === "too-large") return undefined;
		throw new RemoteUnavailable(error.message, { cause: error });
	}
}

/** Whether a document's id is the URL that it was served at. */
const names = (document: Json, url: string): boolean => {
	const id = idOf(document["id"]);
	return id !== undefined && URL.parse(id)?.href === url;
};

/** `application/activity+json`, or `application/ld+json` with the AS2 profile; an uploaded file has neither (CVE-2024-25623). */
export function isActivityType(contentType: string | undefined): boolean {
	const [type, ...parameters] = (contentType ?? "").toLowerCase().split(";");
	if (type?.trim() === "application/activity+json") return true;
	return (
		type?.trim() === "application/ld+json" &&
		parameters.some(
			(parameter) => parameter.includes("profile=") && parameter.includes("https://www.w3.org/ns/activitystreams"),
		)
	);
}
