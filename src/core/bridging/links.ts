import type { World } from "../events/world.ts";
import type { BridgeName, MessageId } from "../ids.ts";
import type { Collection } from "../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** Our message (or reaction) ↔ what another network calls the copy that we sent there. One per part of the message. */
export interface Link {
	readonly bridge: BridgeName;
	readonly remote: string;
	/** The message's id, or the reaction's. */
	readonly subject: string;
	readonly message: MessageId;
	readonly part: number;
}

export const links: Collection<Link> = {
	name: "links",
	version: 1,
	indexes: { subject: { kinds: ["text", "text", "int"], of: (l) => [l.subject, l.bridge, l.part] } },
};

/** Remembers what the other network called the parts of a subject. Idempotent. */
export async function saveLinks(
	world: Pick<World, "store">,
	link: Omit<Link, "remote" | "part">,
	ids: readonly string[],
): Promise<void> {
	await world.store.insertMissing(
		links,
		ids.map((remote, part) => ({ id: remoteKey(link.bridge, remote), doc: { ...link, remote, part } })),
	);
}

/** What a network calls the parts of a subject that we sent there. */
export async function remoteIdsOf(
	world: Pick<World, "store">,
	subject: string,
	bridge: BridgeName,
): Promise<readonly string[]> {
	const found = await world.store.page(links, {
		index: "subject",
		prefix: [subject, bridge],
		order: "asc",
		limit: 100,
	});
	return found.map((link) => link.doc.remote);
}

/** The copy of ours that a network calls by this id. */
export async function linkByRemote(
	world: Pick<World, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<Link | undefined> {
	return (await world.store.get(links, remoteKey(bridge, remote)))?.doc;
}
