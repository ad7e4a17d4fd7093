/** Decides whether the peer of a URL may be contacted. */
export type PeerRules = (url: URL) => boolean;

/**
 * The operator's lists (`federation.allow`, `federation.deny`; entries are `host[:port]`).
 *
 * When in doubt, both refuse: an entry of `allow` must match including the port, and an entry of `deny` without a port
 * denies every port of its host. An empty `allow` allows every peer that is not denied.
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

/** `Example.COM.` and `example.com` are the same host; internationalised names are compared in their ASCII form. */
function normalise(entry: string): string {
	const parsed = URL.parse(`https://${entry.trim()}`);
	if (parsed === null) return entry.trim().toLowerCase();
	const hostname = parsed.hostname.endsWith(".") ? parsed.hostname.slice(0, -1) : parsed.hostname;
	return parsed.port === "" ? hostname : `${hostname}:${parsed.port}`;
}
