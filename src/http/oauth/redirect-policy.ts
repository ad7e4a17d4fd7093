const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** A domain in reverse order. A scheme without a dot may belong to any program, or to the browser itself. */
const reverseDomain = /^[a-z][a-z0-9-]*(?:\.[a-z0-9-]+)+:$/;

/** True for a loopback redirect to a program on the browser's machine (RFC 8252 §7.3). */
export function isLoopback(uri: string): boolean {
	const url = URL.parse(uri);
	return url !== null && url.protocol === "http:" && loopback.has(url.hostname);
}

/**
 * What a redirect URI should have been, as a noun phrase; `undefined` if it is valid. https, http to a loopback address and
 * private-use schemes that are based on a domain are allowed (RFC 8252 §7).
 */
export function redirectFault(uri: unknown): string | undefined {
	const url = typeof uri === "string" && uri.length <= 2000 ? URL.parse(uri) : null;
	if (url === null) return "an absolute URI";
	if (url.username !== "" || url.password !== "") return "a URI without user name and password";
	if ((uri as string).includes("#")) return "a URI without a fragment";
	if (url.protocol === "https:" || isLoopback(uri as string)) return undefined;
	return reverseDomain.test(url.protocol)
		? undefined
		: "https, http to a loopback address, or a private-use scheme that is a domain in reverse order (com.example.app:/)";
}

/**
 * True for the redirect URI of an installed client: loopback or a private-use scheme. Any program on the machine could receive the code.
 */
export const isInstalled = (uri: string): boolean => URL.parse(uri)?.protocol !== "https:";

/** The `application_type` of a client with these redirect URIs: `web` if all use https, otherwise `native`. */
export const applicationTypeFor = (uris: readonly string[]): "web" | "native" =>
	uris.every((uri) => URL.parse(uri)?.protocol === "https:") ? "web" : "native";
