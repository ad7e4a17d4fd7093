import type { CoreContext } from "../events/context.ts";
import type { BridgeName, MessageId } from "../ids.ts";
import type { Reach } from "../model/reach.ts";
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
	/** The room that the copy is in; absent if the id is the same at all targets, and in links of earlier versions. */
	readonly reach?: Reach;
}

/** The links, by network and remote id. */
export const links: Collection<Link> = {
	name: "links",
	version: 1,
	indexes: { subject: { kinds: ["text", "text", "int"], of: (l) => [l.subject, l.bridge, l.part] } },
};

/** Stores the remote ids of the parts of a message or reaction, in order. Idempotent. */
export async function saveLinks(
	context: Pick<CoreContext, "store">,
	link: Omit<Link, "remote" | "part">,
	ids: readonly string[],
): Promise<void> {
	await context.store.insertMissing(
		links,
		ids.map((remote, part) => ({ id: remoteKey(link.bridge, remote), doc: { ...link, remote, part } })),
	);
}

/** The links of a message or reaction to its copies on a network, or on all networks, in the order of its parts. */
export async function linksOf(
	context: Pick<CoreContext, "store">,
	subject: string,
	bridge?: BridgeName,
): Promise<readonly Link[]> {
	const found = await context.store.page(links, {
		index: "subject",
		prefix: bridge === undefined ? [subject] : [subject, bridge],
		order: "asc",
		limit: 100,
	});
	return found.map((link) => link.doc);
}

/** The link with this id on a network. */
export async function linkByRemote(
	context: Pick<CoreContext, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<Link | undefined> {
	return (await context.store.get(links, remoteKey(bridge, remote)))?.doc;
}
