import type { World } from "../events/world.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate, type Stored } from "../ports/store.ts";
import type { PeerAnswer, Peers } from "./peers.ts";

/** A public key of somebody elsewhere. */
export interface RemoteKey {
	readonly id: string;
	/** base64 of the 32 raw bytes of an Ed25519 key. */
	readonly publicKey: string;
}

/** What another provider said of the keys of one of its people, or of its own. */
export interface RemoteKeySet extends Expiring {
	/** None: nobody of that name. */
	readonly keys: readonly RemoteKey[];
	readonly fetchedAt: number;
	/** Until when it is believed without asking again. */
	readonly until: number;
	/** For which ids of keys it was asked within the last minute. */
	readonly askedFor: readonly { readonly keyId: string; readonly at: number }[];
}

export const remoteKeys: Collection<RemoteKeySet> = {
	name: "remote_keys",
	version: 1,
	indexes: { expiresAt: expiryIndex },
};

/** Whose keys, and where they are said. */
export interface KeySource {
	/** The id of the set; ASCII. */
	readonly id: string;
	readonly domain: string;
	readonly path: string;
	/**
	 * The keys that an answer names, and until when they may be kept, if it says so; `undefined`: it is no answer of
	 * this kind.
	 */
	read(
		document: Readonly<Record<string, unknown>>,
	): { readonly keys: readonly RemoteKey[]; readonly until?: number } | undefined;
}

/** However long a provider allows: what was revoked there is accepted here no longer than this. */
export const longestMs = 3_600_000;
/** How long it is remembered that there is nobody of that name. */
const nobodyMs = 60_000;
/** Somebody who makes up ids of keys, or signatures, makes us ask a provider this often within a minute and no more. */
const forcedPer = { ms: 60_000, keys: 5 };
const forgottenAfterMs = 86_400_000;

export interface RemoteKeys {
	/**
	 * A key of somebody elsewhere, from what is remembered if that is fresh enough.
	 *
	 * @param isAnew asks again, if that has not been done for this key within the last minute
	 * @param beforeAsking may refuse, by throwing, that the other provider is asked
	 * @throws {PermissionDenied} `provider_denied`
	 * @throws {PeerAway}
	 */
	find(
		source: KeySource,
		keyId: string,
		isAnew: boolean,
		beforeAsking?: () => Promise<void>,
	): Promise<string | undefined>;
}

export function createRemoteKeys({ store, clock }: Pick<World, "store" | "clock">, peers: Peers): RemoteKeys {
	/** Who asks at the same time shares the answer. */
	const asking = new Map<string, Promise<RemoteKeySet>>();

	async function ask(source: KeySource, url: URL, keyId: string): Promise<RemoteKeySet> {
		const answer = await peers.get(url);
		const now = clock.now();
		const said = saidBy(answer, source);
		const stored = await store.get(remoteKeys, source.id);
		const recent = (stored?.doc.askedFor ?? []).filter(({ at }) => at > now - forcedPer.ms);
		const set: RemoteKeySet = {
			keys: said?.keys ?? [],
			fetchedAt: now,
			until: said === undefined ? now + nobodyMs : Math.min(said.until ?? Number.POSITIVE_INFINITY, now + longestMs),
			askedFor: [...recent.filter((asked) => asked.keyId !== keyId).slice(-forcedPer.keys), { keyId, at: now }],
			expiresAt: now + forgottenAfterMs,
		};
		await keep(source.id, stored, set);
		return set;
	}

	/** Two processes that asked at the same time heard the same: either's answer will do. */
	async function keep(id: string, stored: Stored<RemoteKeySet> | undefined, set: RemoteKeySet): Promise<void> {
		try {
			if (stored === undefined) await store.insert(remoteKeys, id, set);
			else await store.replace(remoteKeys, id, stored.rev, set);
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}

	return {
		async find(source, keyId, isAnew, beforeAsking) {
			const url = peers.url(source.domain, source.path);
			const known = (await store.get(remoteKeys, source.id))?.doc;
			const now = clock.now();
			if (known !== undefined && known.until > now) {
				const key = keyIn(known, keyId);
				const mustAsk = (isAnew || key === undefined) && mayForce(known, keyId, now);
				if (!mustAsk) return key;
			} else if (isAnew && known !== undefined && !mayForce(known, keyId, now)) return keyIn(known, keyId);
			const running = asking.get(source.id);
			if (running !== undefined) return keyIn(await running, keyId);
			await beforeAsking?.();
			const asked = asking.get(source.id) ?? ask(source, url, keyId).finally(() => asking.delete(source.id));
			asking.set(source.id, asked);
			return keyIn(await asked, keyId);
		},
	};
}

function saidBy({ status, document }: PeerAnswer, source: KeySource) {
	return status === 200 && document !== undefined ? source.read(document) : undefined;
}

const keyIn = ({ keys }: RemoteKeySet, keyId: string): string | undefined =>
	keys.find(({ id }) => id === keyId)?.publicKey;

function mayForce({ askedFor }: RemoteKeySet, keyId: string, now: number): boolean {
	const recent = askedFor.filter(({ at }) => at > now - forcedPer.ms);
	return recent.length < forcedPer.keys && recent.every((asked) => asked.keyId !== keyId);
}
