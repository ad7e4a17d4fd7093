import { isWithin } from "../clock.ts";
import type { CoreContext } from "../events/context.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import type { PeerResponse, Peers } from "./peers.ts";
import type { SignAsProvider } from "./provider-requests.ts";

/** The cached profile of a remote account, as its home describes it (OFSCP §4.3). */
export interface RemoteUser extends Expiring {
	/** The id of the account at its home. A later account with the same handle has another id. */
	readonly id: string;
	readonly handle: string;
	readonly home: string;
	readonly displayName?: string;
	/** https URL. */
	readonly avatar?: string;
	/** When the profile was last changed, according to its home; never in the future. */
	readonly updatedAt: number;
	readonly fetchedAt: number;
	readonly etag?: string;
	/** Whether it is known to be out of date, so that it is fetched again when next needed. */
	readonly isStale?: true;
}

/** The cached profiles, by `handle@home`. */
export const remoteUsers: Collection<RemoteUser> = {
	name: "remote_users",
	version: 1,
	indexes: { expiresAt: expiryIndex },
};

const cachedMs = 3_600_000;
const keptMs = 30 * 86_400_000;

/** Looks up accounts of other providers. */
export interface RemoteUsers {
	/**
	 * The profile of a remote account, fetched from its home at most once an hour.
	 *
	 * @param beforeAsking called before a request to the home; it can prevent the request by throwing
	 * @throws {PermissionDenied} `provider_denied`
	 * @throws {PeerUnavailable} the profile has to be fetched, and the home does not answer
	 * @throws {PeerUnusable} the home has no usable answer
	 */
	of(handle: string, home: string, beforeAsking?: () => Promise<void>): Promise<RemoteUser>;
	/**
	 * Marks a cached profile as out of date if it is older than this change, which its home has mentioned.
	 *
	 * @param updatedAt milliseconds since 1970
	 */
	changed(handle: string, home: string, updatedAt: number): Promise<void>;
}

/** The result of a look-up: fields, "unchanged", or "undisclosed" if the home does not disclose the profile. */
export type LookUpResult =
	| Pick<RemoteUser, "id" | "displayName" | "avatar" | "updatedAt" | "etag">
	| "unchanged"
	| "undisclosed";

/**
 * The profile after a look-up. A newer profile replaces the known one; an older one is ignored even if it arrives later. A home whose
 * clock is ahead can't make its profile outlast later changes.
 */
export function merged(
	known: RemoteUser | undefined,
	result: LookUpResult,
	handle: string,
	home: string,
	now: number,
): RemoteUser {
	const seen = { fetchedAt: now, expiresAt: now + keptMs };
	const { isStale: _, ...kept } = known ?? { id: `${handle}@${home}`, handle, home, updatedAt: 0, ...seen };
	if (typeof result === "string") return { ...kept, ...seen };
	const updatedAt = Math.min(result.updatedAt, now);
	const isNewer = known === undefined || known.updatedAt === 0 || updatedAt > known.updatedAt;
	if (!isNewer) return { ...kept, ...seen };
	return { ...result, handle, home, updatedAt, ...seen };
}

/** Caches the profiles in the store. */
export function createRemoteUsers(
	{ store, clock }: Pick<CoreContext, "store" | "clock">,
	peers: Peers,
	sign: SignAsProvider,
): RemoteUsers {
	const fetching = new Map<string, Promise<RemoteUser>>();

	async function fetchUser(handle: string, home: string): Promise<RemoteUser> {
		const address = `${handle}@${home}`;
		const before = (await store.get(remoteUsers, address))?.doc;
		const url = peers.url(home, `/api/identity/users/${encodeURIComponent(address)}`);
		const headers = {
			...(await sign({ method: "GET", url })),
			...(before?.etag === undefined ? {} : { "if-none-match": before.etag }),
		};
		const result = readResponse(await peers.get(url, headers), handle, home);
		for (;;) {
			// Another process may have fetched a newer profile meanwhile.
			const stored = await store.get(remoteUsers, address);
			const now = merged(stored?.doc, result, handle, home, clock.now());
			if (stored !== undefined) {
				if (await store.replace(remoteUsers, address, stored.rev, now)) return now;
				continue;
			}
			try {
				await store.insert(remoteUsers, address, now);
				return now;
			} catch (error) {
				if (!(error instanceof Duplicate)) throw error;
			}
		}
	}

	return {
		async of(handle, home, beforeAsking) {
			const address = `${handle}@${home}`;
			// A provider that has been denied meanwhile is neither asked nor served from the cache.
			peers.url(home, "/");
			const known = (await store.get(remoteUsers, address))?.doc;
			if (known !== undefined && known.isStale !== true && isWithin(known.fetchedAt, clock.now(), cachedMs))
				return known;
			if (!fetching.has(address)) await beforeAsking?.();
			const asked = fetching.get(address) ?? fetchUser(handle, home).finally(() => fetching.delete(address));
			fetching.set(address, asked);
			return asked;
		},
		async changed(handle, home, updatedAt) {
			for (;;) {
				const stored = await store.get(remoteUsers, `${handle}@${home}`);
				if (stored === undefined || stored.doc.updatedAt >= Math.min(updatedAt, clock.now())) return;
				if (await store.replace(remoteUsers, stored.id, stored.rev, { ...stored.doc, isStale: true })) return;
			}
		},
	};
}

const maxName = 100;
const idShape = /^[\x21-\x7e]{1,200}$/;

/** Reads the response to a look-up. A document about another account is ignored. */
function readResponse({ status, headers, document }: PeerResponse, handle: string, home: string): LookUpResult {
	if (status === 304) return "unchanged";
	if (status !== 200 || document === undefined) return "undisclosed";
	const { id, handle: name, home: theirs, domain = theirs, updatedAt, displayName, avatar } = document;
	const isAboutThem = String(name).toLowerCase() === handle && String(domain).toLowerCase() === home;
	if (!isAboutThem || typeof id !== "string" || !idShape.test(id)) return "undisclosed";
	const time = Date.parse(String(updatedAt));
	const picture = typeof avatar === "string" && avatar.length <= 2000 ? URL.parse(avatar) : null;
	return {
		id,
		updatedAt: Number.isNaN(time) ? 0 : Math.max(0, time),
		...(typeof displayName === "string" ? { displayName: [...displayName].slice(0, maxName).join("") } : {}),
		...(picture?.protocol === "https:" ? { avatar: picture.href } : {}),
		...(headers.etag === undefined || headers.etag.length > 200 ? {} : { etag: headers.etag }),
	};
}
