import { type BridgeHost, JsonRefused, OutboundFailure, type OutboundResponse, parseJson } from "#bridge-kit";
import type { PublishingContext } from "../context.ts";
import { isJson, type Json, originOf } from "../reading.ts";
import { signRequest } from "../signatures/index.ts";
import { ACCEPT } from "../vocabulary.ts";

/** What a remote server said about a URL. `gone`: it was there (410); `absent`: nothing that we may or can read. */
export type Fetched =
	| { readonly status: "found"; readonly document: Json; readonly url: string }
	| { readonly status: "gone" | "absent" };

/** The other server can't tell now; ask again later. */
export class RemoteTrouble extends Error {
	constructor(message: string, options?: { cause: unknown }) {
		super(message, options);
		this.name = "RemoteTrouble";
	}
}

export interface Documents {
	/**
	 * Fetches an AS2 document by a GET that the instance actor signs. Each redirect (3 at most) is signed and guarded anew.
	 * `url` is the address that answered in the end: whether the document may speak for anything else is the caller's to decide.
	 *
	 * @throws {RemoteTrouble}
	 */
	fetch(url: string): Promise<Fetched>;
	/** Fetches the object that has this very id: a document that names another id is asked for once by that id, and counts only if it agrees. */
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

	function read({ status, headers, body }: OutboundResponse, url: string): Fetched {
		if (status === 410) return { status: "gone" };
		if (status === 408 || status === 429 || status >= 500) throw new RemoteTrouble(`${url} answered ${status}`);
		if (status !== 200 || !isActivityType(headers["content-type"])) return { status: "absent" };
		try {
			const document = parseJson(body.toString("utf8"), { depth: host.limits.jsonDepth, nodes: host.limits.jsonNodes });
			return isJson(document) ? { status: "found", document, url } : { status: "absent" };
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
			const id = first.document["id"];
			if (typeof id !== "string") return { status: "absent" };
			const second = await fetch(id);
			return second.status === "found" && !(names(second.document, second.url) && second.document["id"] === id)
				? { status: "absent" }
				: second;
		},
	};
}

/** Runs a request. `undefined`: our guard refuses it. @throws {RemoteTrouble} */
export async function request(send: () => Promise<OutboundResponse>): Promise<OutboundResponse | undefined> {
	try {
		return await send();
	} catch (error) {
		if (!(error instanceof OutboundFailure)) throw error;
		if (error.kind === "refused" || error.kind === "too-large") return undefined;
		throw new RemoteTrouble(error.message, { cause: error });
	}
}

/** A document speaks for the URL that it was served at, and for no other. */
const names = (document: Json, url: string): boolean =>
	typeof document["id"] === "string" && URL.parse(document["id"])?.href === url;

/** `application/activity+json`, or `application/ld+json` of the AS2 profile: an uploaded file has neither (CVE-2024-25623). */
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
