import { type BridgeHost, isWithin, type RemotePerson } from "#bridge-kit";
import { createCache } from "../cache.ts";
import { idOf, type Json } from "../reading.ts";
import { type Documents, RemoteUnavailable } from "./fetch-document.ts";
import { rememberInboxHost } from "./inbox-hosts.ts";
import { ghostHandle, type Handle, isActor, personOf, personOfAccount } from "./person.ts";
import type { WebFingerClient } from "./webfinger-client.ts";

/** How long an actor is cached, and how long its absence. */
const freshMs = 24 * 3_600_000;
const absentMs = 10 * 60_000;
/** Failed attempts to prove a handle on a host before its people get a handle on our own domain. */
const proofTries = 3;

/** Remote actors. The same actor is the same object until its description changes. */
export interface ActorDirectory {
	/** From the cache. */
	known(id: string): RemotePerson | undefined;
	/**
	 * The actor with this id: from the cache, from its shadow account, or fetched, once for all concurrent callers. `undefined`:
	 * there is none.
	 * @throws {RemoteUnavailable}
	 */
	person(id: string): Promise<RemotePerson | undefined>;
	/** Caches an actor's document that was fetched under its own id, or signed by the actor itself. */
	learn(document: Json): Promise<RemotePerson | undefined>;
	/** The id of an actor's followers collection, if its document names one. @throws {RemoteUnavailable} */
	followersOf(id: string): Promise<string | undefined>;
	/** Whether the actor's own server answers 410. @throws {RemoteUnavailable} */
	isGone(id: string): Promise<boolean>;
	/** Whether the actor's own server answers 410 or 404. @throws {RemoteUnavailable} */
	isMissing(id: string): Promise<boolean>;
	/** Fetches an actor again, even if it is cached. @throws {RemoteUnavailable} */
	refresh(id: string): Promise<RemotePerson | undefined>;
}

export function createActorDirectory(
	host: Pick<BridgeHost, "about" | "clock" | "people" | "state" | "text">,
	documents: Documents,
	webFinger: WebFingerClient,
): ActorDirectory {
	const people = createCache<RemotePerson | typeof absent>(20_000);
	/** Followers collections by actor; the empty string: the document names none. */
	const followers = createCache<string>(20_000, freshMs);
	const asking = new Map<string, Promise<RemotePerson | undefined>>();
	const failedProofs = createCache<number>(1_000, 3_600_000);

	async function handleOf(document: Json): Promise<Handle> {
		const id = idOf(document) ?? "";
		const account = await host.people.byRemote(id);
		const known = account && {
			handle: account.handle,
			...(account.domain === host.about.domain ? {} : { domain: account.domain }),
		};
		// A handle is proven once; from then on it belongs to the shadow account. Earlier versions appended numbers to some.
		const isNumbered = known?.domain !== undefined && account?.isProven !== true && /_\d+$/.test(known.handle);
		if (known !== undefined && !isNumbered) return known;
		const { host: server } = new URL(id);
		if (known !== undefined) return (await webFinger.prove({ ...document, id })) ?? known;
		try {
			return (await webFinger.prove({ ...document, id })) ?? ghostHandle(document);
		} catch (error) {
			if (error instanceof RemoteUnavailable && error.isBusy) throw error;
			const failures = (failedProofs.get(server) ?? 0) + 1;
			failedProofs.set(server, failures);
			if (!(error instanceof RemoteUnavailable) || failures < proofTries) throw error;
			return ghostHandle(document);
		}
	}

	async function learn(document: Json): Promise<RemotePerson | undefined> {
		if (!isActor(document)) return undefined;
		const person = personOf(host, document, await handleOf(document));
		if (person !== undefined) {
			people.set(person.id, person, { ttl: freshMs });
			await rememberInboxHost(host, person);
			followers.set(person.id, idOf(document["followers"]) ?? "");
		}
		return person;
	}

	async function read(id: string): Promise<RemotePerson | undefined> {
		const found = await documents.fetchObject(id);
		return found.status === "found" && idOf(found.document) === id ? learn(found.document) : undefined;
	}

	async function look(id: string): Promise<RemotePerson | undefined> {
		const account = await host.people.byRemote(id);
		if (
			account !== undefined &&
			account.deletedAt === undefined &&
			isWithin(account.updatedAt, host.clock.now(), freshMs)
		)
			return remember(personOfAccount(account, host.about.domain));
		try {
			const person = await read(id);
			if (person !== undefined) return person;
			// The author of stored messages must still be able to delete them.
			if (account !== undefined) return personOfAccount(account, host.about.domain);
			people.set(id, absent, { ttl: absentMs });
			return undefined;
		} catch (error) {
			if (account === undefined || !(error instanceof RemoteUnavailable)) throw error;
			return personOfAccount(account, host.about.domain);
		}
	}

	async function remember(person: RemotePerson | undefined): Promise<RemotePerson | undefined> {
		if (person === undefined) return undefined;
		people.set(person.id, person, { ttl: freshMs });
		await rememberInboxHost(host, person);
		return person;
	}

	return {
		known(id) {
			const cached = people.get(id);
			return cached === absent ? undefined : cached;
		},
		async person(id) {
			const cached = people.get(id);
			if (cached !== undefined) return cached === absent ? undefined : cached;
			const running = asking.get(id) ?? look(id).finally(() => asking.delete(id));
			asking.set(id, running);
			return running;
		},
		learn,
		async followersOf(id) {
			if (!followers.has(id)) await read(id);
			return followers.get(id) || undefined;
		},
		async isGone(id) {
			return (await documents.fetch(id)).status === "gone";
		},
		async isMissing(id) {
			const found = await documents.fetch(id);
			return found.status === "gone" || (found.status === "absent" && found.isMissing === true);
		},
		refresh: read,
	};
}

const absent = Symbol("absent");
