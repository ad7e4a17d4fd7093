import { type BridgeHost, JsonRefused, parseRemoteJson } from "#bridge-kit";
import { isJson, type Json, listOf, textOf } from "../reading.ts";
import { RemoteUnavailable, request } from "./fetch-document.ts";

/** What we read from a WebFinger document (RFC 7033). */
interface WebFingerDocument {
	/** `handle@domain` in lower case, when the subject has that form. */
	readonly subject?: string;
	/** The actor's id. */
	readonly self?: string;
}

const maxRedirects = 3;
const addressShape = /^([^@\s/?#]{1,255})@([a-z0-9.-]{1,253}(?::\d{1,5})?|\[[0-9a-f:.]{2,45}\](?::\d{1,5})?)$/i;

export interface WebFingerClient {
	/**
	 * The actor id of a `handle@domain`; `undefined`: there is no such person.
	 * @throws {RemoteUnavailable}
	 */
	actorOf(address: string, protocol?: "http:" | "https:"): Promise<string | undefined>;
	/**
	 * The proven `handle@domain` of an actor: the domain must name the actor for the handle, as the actor does. When the actor's
	 * host names another domain as its subject, that one is asked too. `undefined`: not proven.
	 * @throws {RemoteUnavailable}
	 */
	prove(
		actor: Json & { readonly id: string },
	): Promise<{ readonly handle: string; readonly domain: string } | undefined>;
}

export function createWebFingerClient(host: Pick<BridgeHost, "about" | "http">): WebFingerClient {
	async function query(address: string, protocol: string): Promise<WebFingerDocument | undefined> {
		const domain = address.slice(address.indexOf("@") + 1);
		let url = URL.parse(
			`${protocol}//${domain}/.well-known/webfinger?resource=${encodeURIComponent(`acct:${address}`)}`,
		);
		for (let hops = 0; url !== null && hops <= maxRedirects; hops++) {
			const target = url;
			if (target.origin === host.about.origin) return undefined;
			const response = await request(() =>
				host.http.request({
					method: "GET",
					url: target,
					headers: { accept: "application/jrd+json, application/json" },
					maxBytes: 65_536,
				}),
			);
			if (response === undefined) return undefined;
			const { status, headers, body } = response;
			if (status >= 300 && status < 400 && headers["location"] !== undefined) {
				url = URL.parse(headers["location"], target.href);
				continue;
			}
			if (status === 429 || status >= 500) throw new RemoteUnavailable(`${domain} answered ${status}`);
			return status === 200 ? read(body.toString("utf8")) : undefined;
		}
		return undefined;
	}

	function read(body: string): WebFingerDocument | undefined {
		try {
			const document = parseRemoteJson(body, { depth: 16, nodes: 1000 });
			if (!isJson(document)) return undefined;
			const subject = typeof document["subject"] === "string" ? document["subject"].replace(/^acct:/, "") : "";
			const links = listOf(document["links"]).filter(isJson);
			const self = links.find(
				({ rel, type }) => rel === "self" && typeof type === "string" && /^application\/(activity|ld)\+json/.test(type),
			)?.["href"];
			return {
				...(addressShape.test(subject) ? { subject: subject.toLowerCase() } : {}),
				...(typeof self === "string" ? { self } : {}),
			};
		} catch (error) {
			if (error instanceof JsonRefused) return undefined;
			throw error;
		}
	}

	/** http only when our own origin is http, and only for loopback addresses, which can't have a certificate. */
	const protocolFor = (domain: string): "http:" | "https:" =>
		host.about.origin.startsWith("http:") && /^(localhost|127\.[\d.]+|\[::1\])(:\d+)?$/.test(domain)
			? "http:"
			: "https:";

	return {
		async actorOf(address, protocol) {
			const parts = addressShape.exec(address);
			const domain = parts?.[2]?.toLowerCase();
			if (domain === undefined || domain === host.about.domain) return undefined;
			return (await query(`${parts?.[1]}@${domain}`, protocol ?? protocolFor(domain)))?.self;
		},
		async prove(actor) {
			const url = URL.parse(actor.id);
			const username = textOf(actor["preferredUsername"]);
			if (url === null || username === undefined) return undefined;
			const { protocol } = url;
			const claimed = `${username}@${url.host}`;
			if (!addressShape.test(claimed)) return undefined;
			const first = await query(claimed, protocol);
			if (first?.self !== actor.id) return undefined;
			const subject = first.subject ?? claimed.toLowerCase();
			const confirmed = subject === claimed.toLowerCase() || (await query(subject, protocol))?.self === actor.id;
			const [handle, domain] = (confirmed ? subject : claimed).toLowerCase().split("@");
			// A handle that can't be written as an address here is not usable.
			if (handle === undefined || !/^[a-z0-9._=-]+$/.test(handle)) return undefined;
			return domain === undefined || domain === host.about.domain ? undefined : { handle, domain };
		},
	};
}
