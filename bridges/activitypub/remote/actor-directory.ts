import { LRUCache } from "lru-cache";
import type { BridgeHost, RemotePerson } from "#bridge-kit";
import { idOf, type Json } from "../reading.ts";
import { type Documents, RemoteTrouble } from "./fetch-document.ts";
import { ghostHandle, type Handle, isActor, personOf, personOfAccount } from "./person.ts";
import type { WebFingerClient } from "./webfinger-client.ts";

/** How long a description is believed, and how long it is that nobody is there. */
const freshMs = 24 * 3_600_000;
const absentMs = 10 * 60_000;
/** Tries to prove a handle on a host in trouble before its people are known by a handle of ours. */
const proofTries = 3;

/** Who is who on the other side. The same person is the same object until something about them changes. */
export interface ActorDirectory {
	/** From memory, without waiting. */
	known(id: string): RemotePerson | undefined;
	/**
	 * The actor of this id, from memory, from the core's shadow, or fetched once however many ask. `undefined`: there is none.
	 * @throws {RemoteTrouble}
	 */
	person(id: string): Promise<RemotePerson | undefined>;
	/** Takes over a document that was found under its own id, or that its own actor has signed. */
	learn(document: Json): Promise<RemotePerson | undefined>;
	/** The id of the collection of an actor's followers, if its document names one. @throws {RemoteTrouble} */
	followersOf(id: string): Promise<string | undefined>;
	/** Whether the actor's own server says that it has gone for good. */
	isGone(id: string): Promise<boolean>;
	/** Reads an actor again, however fresh what is known of them. @throws {RemoteTrouble} */
	refresh(id: string): Promise<RemotePerson | undefined>;
}

export function createActorDirectory(
	host: Pick<BridgeHost, "about" | "clock" | "people" | "text">,
	documents: Documents,
	webFinger: WebFingerClient,
): ActorDirectory {
	const people = new LRUCache<string, RemotePerson | typeof nobody>({ max: 20_000 });
	/** By actor; empty: the document names none. */
	const followers = new LRUCache<string, string>({ max: 20_000, ttl: freshMs });
	const asking = new Map<string, Promise<RemotePerson | undefined>>();
	const failedProofs = new LRUCache<string, number>({ max: 1_000, ttl: 3_600_000 });

	async function handleOf(document: Json): Promise<Handle> {
		const id = idOf(document) ?? "";
		const account = await host.people.byRemote(id);
		// A handle is proven once; it names somebody here from then on.
		if (account !== undefined)
			return account.domain === host.about.domain
				? { handle: account.handle }
				: { handle: account.handle, domain: account.domain };
		const { host: server } = new URL(id);
		try {
			return (await webFinger.prove({ ...document, id })) ?? ghostHandle(document);
		} catch (error) {
			const failures = (failedProofs.get(server) ?? 0) + 1;
			failedProofs.set(server, failures);
			if (!(error instanceof RemoteTrouble) || failures < proofTries) throw error;
			return ghostHandle(document);
		}
	}

	async function learn(document: Json): Promise<RemotePerson | undefined> {
		if (!isActor(document)) return undefined;
		const person = personOf(host, document, await handleOf(document));
		if (person !== undefined) {
			people.set(person.id, person, { ttl: freshMs });
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
		if (account !== undefined && account.deletedAt === undefined && host.clock.now() - account.updatedAt < freshMs)
			return remember(personOfAccount(account, host.about.domain));
		try {
			const person = await read(id);
			if (person !== undefined) return person;
			// Whoever was here can still take back what they said.
			if (account !== undefined) return personOfAccount(account, host.about.domain);
			people.set(id, nobody, { ttl: absentMs });
			return undefined;
		} catch (error) {
			if (account === undefined || !(error instanceof RemoteTrouble)) throw error;
			return personOfAccount(account, host.about.domain);
		}
	}

	function remember(person: RemotePerson | undefined): RemotePerson | undefined {
		if (person !== undefined) people.set(person.id, person, { ttl: freshMs });
		return person;
	}

	return {
		known(id) {
			const cached = people.get(id);
			return cached === nobody ? undefined : cached;
		},
		async person(id) {
			const cached = people.get(id);
			if (cached !== undefined) return cached === nobody ? undefined : cached;
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
		refresh: read,
	};
}

const nobody = Symbol("nobody");
