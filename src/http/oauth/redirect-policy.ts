const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Schemes that browsers handle themselves, or that don't open the client. */
const browserSchemes = new Set(
	"about: blob: chrome: data: file: filesystem: ftp: http: intent: javascript: mailto: sms: tel: vbscript: view-source: ws: wss:".split(
		" ",
	),
);

/** True for a loopback redirect to a program on the browser's machine (RFC 8252 §7.3). */
export function isLoopback(uri: string): boolean {
	const url = URL.parse(uri);
	return url !== null && url.protocol === "http:" && loopback.has(url.hostname);
}

/**
 * What a redirect URI should have been, as a noun phrase; `undefined` if it is valid. https, http to a loopback address and
 * private-use schemes are allowed (RFC 8252 §7).
 */
export function redirectFault(uri: unknown): string | undefined {
	const url = typeof uri === "string" && uri.length <= 2000 ? URL.parse(uri) : null;
	if (url === null) return "an absolute URI";
	if (url.username !== "" || url.password !== "") return "a URI without user name and password";
	if ((uri as string).includes("#")) return "a URI without a fragment";
	if (url.protocol === "https:" || isLoopback(uri as string)) return undefined;
	if (browserSchemes.has(url.protocol)) return "https, http to a loopback address, or a scheme of the client's own";
	return undefined;
}

/** The `application_type` of a client with these redirect URIs: `web` if all use https, otherwise `native`. */
export const applicationTypeFor = (uris: readonly string[]): "web" | "native" =>
	uris.every((uri) => URL.parse(uri)?.protocol === "https:") ? "web" : "native";
