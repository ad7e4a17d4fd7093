import type { World } from "../events/world.ts";
import { type Expiring, expiryIndex } from "../ports/expiry.ts";
import { type Collection, Duplicate } from "../ports/store.ts";
import type { PeerAnswer, Peers } from "./peers.ts";
import type { SignAsProvider } from "./provider-requests.ts";

/** What the home of somebody elsewhere said of them (OFSCP §4.3). By `handle@home`. */
export interface RemoteUser extends Expiring {
	/** Their id at home: who gets the handle after them is somebody else. */
	readonly id: string;
	readonly handle: string;
	readonly home: string;
	readonly displayName?: string;
	/** https URL. */
	readonly avatar?: string;
	/** When home says that it last changed; never in the future. */
	readonly updatedAt: number;
	readonly fetchedAt: number;
	readonly etag?: string;
	/** It is known to be out of date: asked for again when next needed. */
	readonly isStale?: true;
}

export const remoteUsers: Collection<RemoteUser> = {
	name: "remote_users",
	version: 1,
	indexes: { expiresAt: expiryIndex },
};

const believedMs = 3_600_000;
const forgottenAfterMs = 30 * 86_400_000;

export interface RemoteUsers {
	/**
	 * What is known of somebody elsewhere; home is asked the first time, and then once an hour at most.
	 *
	 * @param beforeAsking may refuse, by throwing, that home is asked
	 * @throws {PermissionDenied} `provider_denied`
	 * @throws {PeerAway} nothing is known, and home does not answer
	 */
	of(handle: string, home: string, beforeAsking?: () => Promise<void>): Promise<RemoteUser>;
	/**
	 * Home has said, in passing, that somebody changed then; what is as new as that is kept.
	 *
	 * @param updatedAt milliseconds since 1970
	 */
	changed(handle: string, home: string, updatedAt: number): Promise<void>;
}

/** What a look-up brought: fields, or that nothing has changed, or that home tells nobody anything of its people. */
export type Heard = Pick<RemoteUser, "id" | "displayName" | "avatar" | "updatedAt" | "etag"> | "unchanged" | "untold";

/**
 * What is known after a look-up (reference §6.9). What is newer wins, what is older is ignored although it came
 * later, and a clock that is ahead of ours does not make its word count for longer than it is true.
 */
export function merged(
	known: RemoteUser | undefined,
	heard: Heard,
	handle: string,
	home: string,
	now: number,
): RemoteUser {
	const seen = { fetchedAt: now, expiresAt: now + forgottenAfterMs };
	const { isStale: _, ...kept } = known ?? { id: `${handle}@${home}`, handle, home, updatedAt: 0, ...seen };
	if (typeof heard === "string") return { ...kept, ...seen };
	const updatedAt = Math.min(heard.updatedAt, now);
	const isNews = known === undefined || known.updatedAt === 0 || updatedAt > known.updatedAt;
	if (!isNews) return { ...kept, ...seen };
	return { ...heard, handle, home, updatedAt, ...seen };
}

export function createRemoteUsers(
	{ store, clock }: Pick<World, "store" | "clock">,
	peers: Peers,
	sign: SignAsProvider,
): RemoteUsers {
	const asking = new Map<string, Promise<RemoteUser>>();

	async function ask(handle: string, home: string): Promise<RemoteUser> {
		const address = `${handle}@${home}`;
		const before = (await store.get(remoteUsers, address))?.doc;
		const url = peers.url(home, `/api/identity/users/${encodeURIComponent(address)}`);
		const headers = {
			...(await sign({ method: "GET", url })),
			...(before?.etag === undefined ? {} : { "if-none-match": before.etag }),
		};
		const heard = heardIn(await peers.get(url, headers), handle, home);
		for (;;) {
			// Another process may have heard something newer meanwhile.
			const stored = await store.get(remoteUsers, address);
			const now = merged(stored?.doc, heard, handle, home, clock.now());
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
			// A provider that is denied meanwhile is not asked, nor is what it said before.
			peers.url(home, "/");
			const known = (await store.get(remoteUsers, address))?.doc;
			if (known !== undefined && known.isStale !== true && known.fetchedAt > clock.now() - believedMs) return known;
			if (!asking.has(address)) await beforeAsking?.();
			const asked = asking.get(address) ?? ask(handle, home).finally(() => asking.delete(address));
			asking.set(address, asked);
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

/** Reads the answer to a look-up; what is not about whom we asked for says nothing. */
function heardIn({ status, headers, document }: PeerAnswer, handle: string, home: string): Heard {
	if (status === 304) return "unchanged";
	if (status !== 200 || document === undefined) return "untold";
	const { id, handle: name, home: theirs, domain = theirs, updatedAt, displayName, avatar } = document;
	const isAboutThem = String(name).toLowerCase() === handle && String(domain).toLowerCase() === home;
	if (!isAboutThem || typeof id !== "string" || !idShape.test(id)) return "untold";
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
