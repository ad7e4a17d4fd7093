/** Says whether a peer may be contacted; `host` as {@link URL.host} gives it. */
export type PeerRules = (url: URL) => boolean;

/**
 * The operator's lists (`federation.allow`, `federation.deny`; entries are `host[:port]`).
 *
 * Both err on the closed side: an entry of `allow` is compared whole, the port included, and one of `deny` that names no
 * port denies every port of its host. An empty `allow` allows everyone who is not denied.
 */
export function createPeerRules(allow: readonly string[], deny: readonly string[]): PeerRules {
	const allowed = new Set(allow.map(normalise));
	const denied = new Set(deny.map(normalise));
	return (url) => {
		const host = normalise(url.host);
		const hostname = normalise(url.hostname);
		if (denied.has(host) || denied.has(hostname)) return false;
		return allowed.size === 0 || allowed.has(host);
	};
}

/** `Example.COM.` and `example.com` are one host; names in other scripts become their ASCII form. */
function normalise(entry: string): string {
	const parsed = URL.parse(`https://${entry.trim()}`);
	if (parsed === null) return entry.trim().toLowerCase();
	const hostname = parsed.hostname.endsWith(".") ? parsed.hostname.slice(0, -1) : parsed.hostname;
	return parsed.port === "" ? hostname : `${hostname}:${parsed.port}`;
}
