import { isWithin } from "../clock.ts";
import type { CoreContext } from "../events/context.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate, type Stored } from "../ports/store.ts";
import type { PeerResponse, Peers } from "./peers.ts";

/** A public key of a remote account or provider. */
export interface RemoteKey {
	readonly id: string;
	/** base64 of the 32 raw bytes of an Ed25519 key. */
	readonly publicKey: string;
}

/** The cached keys of a remote account or provider. */
export interface RemoteKeySet extends Expiring {
	/** Empty if there is no such account. */
	readonly keys: readonly RemoteKey[];
	readonly fetchedAt: number;
	/** Until when the keys are used without fetching them again. */
	readonly until: number;
	/** The key ids for which the keys were fetched within the last minute. */
	readonly askedFor: readonly { readonly keyId: string; readonly at: number }[];
}

/** The cached keys, by the id of their source. */
export const remoteKeys: Collection<RemoteKeySet> = {
	name: "remote_keys",
	version: 1,
	indexes: { expiresAt: expiryIndex },
};

/** The owner of keys, and where they are published. */
export interface KeySource {
	/** The id of the set; ASCII. */
	readonly id: string;
	readonly domain: string;
	readonly path: string;
	/**
	 * Reads the keys of a document, and until when they may be cached, if the document says so; `undefined` if it is not such a
	 * document.
	 */
	read(
		document: Readonly<Record<string, unknown>>,
	): { readonly keys: readonly RemoteKey[]; readonly until?: number } | undefined;
}

/** The longest time for which keys are cached, so that a revoked key is accepted no longer than this. */
export const maxAgeMs = 3_600_000;
/** How long it is cached that an account does not exist. */
const unknownMs = 60_000;
/** How often within a minute forged key ids or signatures can make us fetch the keys of one source again. */
const refetchLimit = { ms: 60_000, keys: 5 };
const keptMs = 86_400_000;

/** Finds public keys of remote accounts and providers. */
export interface RemoteKeys {
	/**
	 * A key of a remote account or provider, from the cache if that is fresh enough.
	 *
	 * @param isRefetch fetches the keys again, unless that has been done for this key within the last minute
	 * @param beforeAsking called before a request to the other provider; it can prevent the request by throwing
	 * @returns base64 of the 32 raw bytes; `undefined` if there is no such key
	 * @throws {PermissionDenied} `provider_denied`
	 * @throws {PeerUnavailable}
	 * @throws {PeerUnusable}
	 */
	find(
		source: KeySource,
		keyId: string,
		isRefetch: boolean,
		beforeAsking?: () => Promise<void>,
	): Promise<string | undefined>;
}

/** Caches the keys in the store. */
export function createRemoteKeys({ store, clock }: Pick<CoreContext, "store" | "clock">, peers: Peers): RemoteKeys {
	/** The fetches in flight; concurrent callers share one. */
	const fetching = new Map<string, Promise<RemoteKeySet>>();

	async function fetchKeys(source: KeySource, url: URL, keyId: string): Promise<RemoteKeySet> {
		const response = await peers.get(url);
		const now = clock.now();
		const published = keysOf(response, source);
		const stored = await store.get(remoteKeys, source.id);
		const recent = (stored?.doc.askedFor ?? []).filter(({ at }) => isWithin(at, now, refetchLimit.ms));
		const set: RemoteKeySet = {
			keys: published?.keys ?? [],
			fetchedAt: now,
			until:
				published === undefined
					? now + unknownMs
					: Math.min(published.until ?? Number.POSITIVE_INFINITY, now + maxAgeMs),
			askedFor: [...recent.filter((asked) => asked.keyId !== keyId).slice(-refetchLimit.keys), { keyId, at: now }],
			expiresAt: now + keptMs,
		};
		await keep(source.id, stored, set);
		return set;
	}

	/** Stores fetched keys. If two processes have fetched them at the same time, either result will do. */
	async function keep(id: string, stored: Stored<RemoteKeySet> | undefined, set: RemoteKeySet): Promise<void> {
		try {
			if (stored === undefined) await store.insert(remoteKeys, id, set);
			else await store.replace(remoteKeys, id, stored.rev, set);
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}

	return {
		async find(source, keyId, isRefetch, beforeAsking) {
			const url = peers.url(source.domain, source.path);
			const known = (await store.get(remoteKeys, source.id))?.doc;
			const now = clock.now();
			if (known !== undefined && isWithin(known.fetchedAt, now, known.until - known.fetchedAt)) {
				const key = keyIn(known, keyId);
				const mustFetch = (isRefetch || key === undefined) && mayRefetch(known, keyId, now);
				if (!mustFetch) return key;
			} else if (isRefetch && known !== undefined && !mayRefetch(known, keyId, now)) return keyIn(known, keyId);
			const running = fetching.get(source.id);
			if (running !== undefined) return keyIn(await running, keyId);
			await beforeAsking?.();
			const asked = fetching.get(source.id) ?? fetchKeys(source, url, keyId).finally(() => fetching.delete(source.id));
			fetching.set(source.id, asked);
			return keyIn(await asked, keyId);
		},
	};
}

function keysOf({ status, document }: PeerResponse, source: KeySource) {
	return status === 200 && document !== undefined ? source.read(document) : undefined;
}

const keyIn = ({ keys }: RemoteKeySet, keyId: string): string | undefined =>
	keys.find(({ id }) => id === keyId)?.publicKey;

function mayRefetch({ askedFor }: RemoteKeySet, keyId: string, now: number): boolean {
	const recent = askedFor.filter(({ at }) => isWithin(at, now, refetchLimit.ms));
	return recent.length < refetchLimit.keys && recent.every((asked) => asked.keyId !== keyId);
}
