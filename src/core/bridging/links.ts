import type { World } from "../events/world.ts";
import type { BridgeName, MessageId } from "../ids.ts";
import type { Collection } from "../ports/store.ts";
import { remoteKey } from "../remote-key.ts";

/** Maps a message or reaction to the id of its copy on another network. There is one link per part of the message. */
export interface Link {
	readonly bridge: BridgeName;
	readonly remote: string;
	/** The message's id, or the reaction's. */
	readonly subject: string;
	readonly message: MessageId;
	readonly part: number;
}

/** The links, by network and remote id. */
export const links: Collection<Link> = {
	name: "links",
	version: 1,
	indexes: { subject: { kinds: ["text", "text", "int"], of: (l) => [l.subject, l.bridge, l.part] } },
};

/** Stores the remote ids of the parts of a message or reaction, in order. Idempotent. */
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

/** The ids on a network of the parts of a message or reaction that was delivered there, in order. */
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

/** The link with this id on a network. */
export async function linkByRemote(
	world: Pick<World, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<Link | undefined> {
	return (await world.store.get(links, remoteKey(bridge, remote)))?.doc;
}
