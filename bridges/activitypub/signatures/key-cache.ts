import { isWithin } from "#bridge-kit";
import { createCache } from "../cache.ts";
import { type KeyDocument, type PublicKey, parsePublicKey } from "./public-key.ts";

/** How long a key, its absence and a failure to fetch it are cached. */
const PRESENT_MS = 24 * 3_600_000;
const ABSENT_MS = 10 * 60_000;
const FAILED_MS = 30_000;
/** A signature that does not verify may mean that the key was rotated: it is fetched again at most once in this time. */
const REFRESH_MS = 60_000;
/**
 * How many keys are fetched at the same time, in all and from one host. Anyone can name keys on a server that never answers; those on other
 * servers are fetched all the same. When a post becomes popular, hundreds of people of one server may like it at once.
 */
const MAX_FETCHES = 1000;
const MAX_FETCHES_PER_HOST = 250;

export interface KeyCacheOptions {
	/** Fetches a key document; `undefined`: there is none (gone, not found, without a key). Rejects when it can't be fetched now. */
	readonly fetchKey: (keyId: string) => Promise<KeyDocument | undefined>;
	/** Milliseconds since 1970. */
	readonly now: () => number;
	/** How many keys are cached at most; default 10,000. */
	readonly max?: number;
}

export interface KeyCache {
	/**
	 * The key, from the cache or fetched, once for all concurrent callers. With `refresh` it is fetched again, at most once a
	 * minute; until then the cached one is returned.
	 * Rejects when none is known and it can't be fetched now, or too many others are being fetched; and when a refresh failed within the last
	 * minute: whether the known one is still right can't be said then.
	 */
	readonly resolve: (keyId: string, refresh: boolean) => Promise<PublicKey | undefined>;
	/** Drops a key from the cache, since its actor has announced a new one. */
	readonly forget: (keyId: string) => void;
}

interface Entry {
	readonly key: PublicKey | undefined;
	readonly fetchedAt: number;
	readonly until: number;
	/** The error of the last attempt. An older key, if there is one, is still good for what it verifies. */
	readonly failure?: unknown;
}

class TooManyFetches extends Error {}

/** A bounded cache of remote keys: single-flight, negative answers included (CVE-2026-34148). */
export function createKeyCache({ fetchKey, now, max = 10_000 }: KeyCacheOptions): KeyCache {
	const entries = createCache<Entry>(max);
	const fetching = new Map<string, Promise<PublicKey | undefined>>();

	/** How many keys are being fetched from each host. */
	const hosts = new Map<string, number>();

	async function fetchInTurn(keyId: string): Promise<KeyDocument | undefined> {
		const host = URL.parse(keyId)?.host ?? "";
		const atOnce = hosts.get(host) ?? 0;
		if (fetching.size >= MAX_FETCHES || atOnce >= MAX_FETCHES_PER_HOST)
			throw new TooManyFetches(`Too many keys are being fetched: ${atOnce} from ${host}`);
		hosts.set(host, atOnce + 1);
		try {
			return await fetchKey(keyId);
		} finally {
			const left = (hosts.get(host) ?? 1) - 1;
			if (left === 0) hosts.delete(host);
			else hosts.set(host, left);
		}
	}

	async function load(keyId: string): Promise<PublicKey | undefined> {
		const before = entries.get(keyId);
		try {
			const document = await fetchInTurn(keyId);
			const key = document && parsePublicKey(keyId, document);
			entries.set(keyId, { key, fetchedAt: now(), until: now() + (key ? PRESENT_MS : ABSENT_MS) });
			return key;
		} catch (failure) {
			// It says nothing about this key.
			if (failure instanceof TooManyFetches) throw failure;
			const key = before?.key;
			const until = Math.max(before?.until ?? 0, now() + FAILED_MS);
			entries.set(keyId, { key, fetchedAt: now(), until, failure });
			throw failure;
		}
	}

	return {
		async resolve(keyId, refresh) {
			const known = entries.get(keyId);
			const time = now();
			if (
				known !== undefined &&
				isWithin(known.fetchedAt, time, refresh ? REFRESH_MS : known.until - known.fetchedAt)
			) {
				if (known.failure !== undefined && (refresh || known.key === undefined)) throw known.failure;
				return known.key;
			}
			const running = fetching.get(keyId) ?? load(keyId).finally(() => fetching.delete(keyId));
			fetching.set(keyId, running);
			if (refresh || known?.key === undefined) return running;
			return running.catch(() => known.key);
		},
		forget(keyId) {
			entries.delete(keyId);
		},
	};
}
