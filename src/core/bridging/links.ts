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
	/** The id is that of an edit: the seq of its event, 0 if it changed nothing here. */
	readonly edit?: number;
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
	const first = link.edit === undefined ? 0 : editParts + link.edit;
	await context.store.insertMissing(
		links,
		ids.map((remote, i) => ({ id: remoteKey(link.bridge, remote), doc: { ...link, remote, part: first + i } })),
	);
}

/** Edits come after the parts of the message itself, in their order. */
const editParts = 1_000_000;

/** A message that was delivered to several rooms in turn may have as many links with the same part. */
const pageSize = 500;

/** The links of a message or reaction to its copies on a network, or on all networks, in the order of its parts. */
export async function linksOf(
	context: Pick<CoreContext, "store">,
	subject: string,
	bridge?: BridgeName,
): Promise<readonly Link[]> {
	const prefix = bridge === undefined ? [subject] : [subject, bridge];
	const found: Link[] = [];
	for (let after: readonly [string, string, number] | undefined; ; ) {
		const page = await context.store.page(links, {
			index: "subject",
			prefix,
			order: "asc",
			limit: pageSize,
			...(after === undefined ? {} : { after }),
		});
		found.push(...page.map(({ doc }) => doc));
		const last = page.at(-1)?.doc;
		if (last === undefined || page.length < pageSize) return found;
		after = [subject, last.bridge, last.part];
	}
}

/** The link with this id on a network. */
export async function linkByRemote(
	context: Pick<CoreContext, "store">,
	bridge: BridgeName,
	remote: string,
): Promise<Link | undefined> {
	return (await context.store.get(links, remoteKey(bridge, remote)))?.doc;
}
