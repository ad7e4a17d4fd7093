import {
	type Account,
	type BridgeRequest,
	type BridgeResponse,
	type ChannelId,
	type Message,
	type Slice,
	visibleReplies,
} from "#bridge-kit";
import { isActorKnown } from "../actors.ts";
import type { PublishingContext, ServingContext } from "../context.ts";
import { share } from "../outgoing/announce.ts";
import { createOf } from "../outgoing/create.ts";
import { withoutContext } from "../outgoing/writer.ts";
import { objectContext } from "../vocabulary.ts";
import { document } from "./answers.ts";

const pageSize = 40;

/** A collection that is read page by page. */
interface Source {
	readonly id: string;
	total(): Promise<number>;
	page(after: string | undefined): Promise<Slice<unknown>>;
}

/** An OrderedCollection, or with `?page=…` one page of it (AS2 §5.5). `first` is always present: without it the items count as hidden. */
export async function serveCollection(request: BridgeRequest, source: Source): Promise<BridgeResponse> {
	const at = new URLSearchParams(request.query).get("page");
	const pageId = (token: string): string => `${source.id}?page=${encodeURIComponent(token)}`;
	if (at === null) {
		return document(request, {
			"@context": objectContext,
			id: source.id,
			type: "OrderedCollection",
			totalItems: await source.total(),
			first: pageId("start"),
		});
	}
	const { items, next } = await source.page(at === "start" ? undefined : at.slice(0, 500));
	return document(request, {
		"@context": objectContext,
		id: pageId(at),
		type: "OrderedCollectionPage",
		partOf: source.id,
		orderedItems: items,
		...(next === undefined ? {} : { next: pageId(next) }),
	});
}

/** A collection that fits into one document. */
export function serveList(request: BridgeRequest, id: string, items: readonly unknown[]): BridgeResponse {
	return document(request, {
		"@context": objectContext,
		id,
		type: "OrderedCollection",
		totalItems: items.length,
		orderedItems: items,
	});
}

/** The followers of a channel, or the accounts that an account follows. */
export function people(
	{ host, ids }: PublishingContext,
	id: string,
	total: () => Promise<number>,
	read: (options: { after?: string; limit: number }) => Promise<Slice<Account>>,
): Source {
	return {
		id,
		total,
		async page(after) {
			const { items, next } = await read({ limit: pageSize, ...(after === undefined ? {} : { after }) });
			const named = items.filter((account) => isActorKnown(host, account)).map((account) => ids.person(account));
			return { items: named, ...(next === undefined ? {} : { next }) };
		},
	};
}

/** The messages of a channel, newest first: as `Create` of their authors, for a group's channel as `Announce`. */
export function outbox(context: ServingContext, id: string, channel: ChannelId): Source {
	const { host, reader } = context;
	return {
		id,
		total: () => host.messages.count(channel),
		async page(before) {
			const page = { limit: pageSize, ...(before === undefined ? {} : { before }) };
			const { items, next } = await host.messages.openMessages(channel, page, reader);
			const activities = await Promise.all(items.map((message) => activityOf(context, message)));
			return {
				items: activities.filter((activity) => activity !== undefined),
				...(next === undefined ? {} : { next }),
			};
		},
	};
}

async function activityOf(context: ServingContext, { id, deletedAt }: Message): Promise<object | undefined> {
	const found = deletedAt === undefined ? await context.host.messages.openMessage(id, context.reader) : undefined;
	if (found === undefined || found.message.deletedAt !== undefined) return undefined;
	const { channel, message, author } = found;
	if (!isActorKnown(context.host, author)) return undefined;
	if (channel.kind === "room") return withoutContext(share(context, found, message, context.ids.person(author)));
	// Replies of others in a timeline are listed in their authors' outboxes.
	return channel.owner === author.id ? withoutContext(createOf(context, found)) : undefined;
}

/** The direct replies to a message, oldest first, from which other servers complete their threads. */
export function replies({ host, ids, reader }: ServingContext, message: Message): Source {
	return {
		id: `${ids.object(message)}/replies`,
		total: async () => visibleReplies(message),
		async page(after) {
			const page = { limit: pageSize, ...(after === undefined ? {} : { after }) };
			const { items, next } = await host.messages.openReplies(message.id, page, reader);
			return {
				items: items.filter((reply) => reply.deletedAt === undefined).map((reply) => ids.object(reply)),
				...(next === undefined ? {} : { next }),
			};
		},
	};
}
