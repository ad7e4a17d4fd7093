import { readPublicKey } from "../identity/request-signature.ts";
import type { KeySource, RemoteKey } from "./remote-keys.ts";

const maxKeys = 200;

/** Where the home of a remote account publishes its keys (OFSCP R7 §4.6). */
export function userKeySource(handle: string, domain: string): KeySource {
	const address = `${handle}@${domain}`;
	return {
		id: `user:${address}`,
		domain,
		path: `/.well-known/ofscp/users/${encodeURIComponent(handle)}/keys`,
		read({ actor, keys, cache_until, cacheUntil }) {
			// A document about another account is ignored.
			if (typeof actor !== "string" || actor.toLowerCase().replace(/^@/, "") !== address) return undefined;
			const until = Date.parse(String(cache_until ?? cacheUntil));
			return { keys: keysIn(keys), ...(Number.isNaN(until) ? {} : { until }) };
		},
	};
}

/** Where a provider publishes its own keys (OFSCP §3.1). */
export const providerKeySource = (domain: string): KeySource => ({
	id: `provider:${domain}`,
	domain,
	path: "/.well-known/ofscp-provider",
	read({ provider }) {
		const about = (provider ?? {}) as Readonly<Record<string, unknown>>;
		if (typeof about.domain !== "string" || about.domain.toLowerCase() !== domain) return undefined;
		return { keys: keysIn(about.publicKeys) };
	},
});

/** The Ed25519 keys of a list; the revisions of the draft name the fields differently. */
function keysIn(list: unknown): readonly RemoteKey[] {
	if (!Array.isArray(list)) return [];
	return list.slice(0, maxKeys).flatMap((entry: unknown) => {
		if (typeof entry !== "object" || entry === null) return [];
		const fields = entry as Readonly<Record<string, unknown>>;
		const id = fields.key_id ?? fields.keyId ?? fields.kid;
		const algorithm = fields.algorithm ?? fields.alg;
		const text = fields.public_key ?? fields.publicKey ?? fields.key;
		if (typeof id !== "string" || typeof text !== "string" || String(algorithm).toLowerCase() !== "ed25519") return [];
		const publicKey = fields.revoked === true ? undefined : readPublicKey(text);
		return publicKey === undefined ? [] : [{ id, publicKey }];
	});
}
