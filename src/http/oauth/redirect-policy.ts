const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);
/** Schemes that a browser acts upon itself, or that lead to something other than a program. */
const browserSchemes = new Set(
	"about: blob: chrome: data: file: filesystem: ftp: http: intent: javascript: mailto: sms: tel: vbscript: view-source: ws: wss:".split(
		" ",
	),
);

/** True for a program on the machine of the browser (RFC 8252 §7.3). */
export function isLoopback(uri: string): boolean {
	const url = URL.parse(uri);
	return url !== null && url.protocol === "http:" && loopback.has(url.hostname);
}

/**
 * What is wrong with a URI that a client wants to be answered at; `undefined`: nothing. Good are https, http to a loopback
 * address, and a scheme of the client's own (RFC 8252 §7).
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

/** What kind of program is answered there: one that a web server runs, or one on somebody's own machine. */
export const applicationTypeFor = (uris: readonly string[]): "web" | "native" =>
	uris.every((uri) => URL.parse(uri)?.protocol === "https:") ? "web" : "native";
