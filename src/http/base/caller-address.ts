import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/** An address with a port, in brackets or quotes: `192.0.2.1:4711`, `[2001:db8::1]:4711`, `"[2001:db8::1]"`. */
const written = /^"?(?:\[([^\]]*)\]|([^:]*(?=:\d*"?$)|[^"]*))(?::\d*)?"?$/;
const mapped = /^(?:0{0,4}:)*:?(?:0{0,4}:)*ffff:([\d.]+|[\da-f]{1,4}:[\da-f]{1,4})$/i;

/**
 * Reads an IP address as proxies write it: with or without port, brackets, quotes and zone. The result has one form for each address,
 * so that it can be counted: an IPv4 address that is mapped to IPv6 is an IPv4 address.
 *
 * @returns `undefined` if the text is not an address
 */
export function readAddress(text: string): string | undefined {
	const parts = written.exec(text.trim());
	const [address = ""] = (parts?.[1] ?? parts?.[2] ?? "").split("%");
	const version = isIP(address);
	if (version === 0) return undefined;
	if (version === 4) return address;
	const inner = mapped.exec(address)?.[1];
	if (inner === undefined) return new URL(`http://[${address}]`).hostname.slice(1, -1);
	return inner.includes(".") ? inner : dotted(inner);
}

/** `c000:201` → `192.0.2.1` */
const dotted = (groups: string): string =>
	groups
		.split(":")
		.map((group) => Number.parseInt(group, 16))
		.flatMap((pair) => [pair >> 8, pair & 255])
		.join(".");

/**
 * The IP address of a request's client.
 *
 * Behind a proxy it is the last entry in X-Forwarded-For, which the proxy has added; the client can forge the ones before it. If that is
 * not an address, the request counts as the proxy's own: otherwise what it says instead would be a new client each time.
 */
export function callerAddress(request: IncomingMessage, behindProxy: boolean): string {
	const header = behindProxy ? request.headers["x-forwarded-for"] : undefined;
	const forwarded = readAddress(
		String(header ?? "")
			.split(",")
			.at(-1) ?? "",
	);
	return forwarded ?? readAddress(request.socket.remoteAddress ?? "") ?? "";
}
