import { type Account, addressOf, escapeHtml, hashtagsOf, type Message, shownAt } from "#bridge-kit";
import { isActorKnown } from "./actors.ts";
import { introductionOf } from "./article.ts";
import { audienceOf, type Post } from "./audience.ts";
import type { NoteContext } from "./context.ts";
import type { Ids } from "./ids.ts";
import { linkify, type WordLink } from "./linkify.ts";

/** A message as a Note or an Article (mapping.md). Without `@context`, so that it can be embedded in an activity. */
export function toObject(context: NoteContext, whole: Post): object {
	const { ids } = context;
	const post = ofTheFediverse(context, whole);
	const { message, author, parent, channel } = post;
	const id = ids.object(message);
	return {
		id,
		type: message.type === "article" ? "Article" : "Note",
		attributedTo: ids.person(author),
		...audienceOf(ids, post),
		...(channel.kind === "room" ? { audience: ids.channelActor(channel) } : {}),
		...(parent === undefined ? {} : { inReplyTo: ids.object(parent.message) }),
		...bodyOf(context, post),
		...(message.content.mime === "text/html"
			? {}
			: { source: { content: message.content.text, mediaType: message.content.mime } }),
		// What is for certain readers has no page: pages are public.
		...(post.visibility === "readers" ? {} : { url: ids.pages.message(author, message.id) }),
		published: new Date(shownAt(message)).toISOString(),
		// Never earlier than `published`: at least one server refuses that.
		...(message.editedAt === undefined
			? {}
			: { updated: new Date(Math.max(message.editedAt, message.at)).toISOString() }),
		sensitive: message.warning !== undefined,
		tag: tagsOf(context, post),
		replies: `${id}/replies`,
	};
}

/** A post without the people and the parent that have no id in the fediverse: those of other OFSCP providers. */
function ofTheFediverse({ host }: NoteContext, { parent, owner, ...post }: Post): Post {
	const isKnown = (account: Account): boolean => isActorKnown(host, account);
	return {
		...post,
		mentions: post.mentions.filter(isKnown),
		...(parent === undefined || !isKnown(parent.author) ? {} : { parent }),
		...(owner === undefined || !isKnown(owner) ? {} : { owner }),
	};
}

/** The object of a deleted message. */
export function toTombstone(ids: Ids, message: Message): object {
	return {
		id: ids.object(message),
		type: "Tombstone",
		formerType: message.type === "article" ? "Article" : "Note",
		...(message.deletedAt === undefined ? {} : { deleted: new Date(message.deletedAt).toISOString() }),
	};
}

function bodyOf(context: NoteContext, post: Post): object {
	const { message } = post;
	const { text, mime } = message.content;
	const html = context.host.text.toHtml(text, mime).trim();
	const content = linkify(html.startsWith("<") ? html : `<p>${html}</p>`, linksOf(context, post));
	if (message.type !== "article")
		return { content, ...(message.warning === undefined ? {} : { summary: message.warning }) };

	const { name, summary } = introductionOf(context.host.text, message);
	return {
		name,
		...(summary === undefined ? {} : { summary }),
		content,
		preview: {
			type: "Note",
			attributedTo: context.ids.person(post.author),
			content: `<p>${summary ?? escapeHtml(name)}</p>`,
			published: new Date(shownAt(message)).toISOString(),
		},
	};
}

/** The people whom a message mentions; the author of its parent counts as mentioned. */
function namedIn({ author, mentions, parent }: Post): readonly Account[] {
	const people = parent === undefined || parent.author.id === author.id ? mentions : [parent.author, ...mentions];
	return [...new Map(people.map((person) => [person.id, person])).values()];
}

function tagsOf({ ids }: NoteContext, post: Post): readonly object[] {
	return [
		...namedIn(post).map((person) => ({ type: "Mention", href: ids.person(person), name: `@${addressOf(person)}` })),
		...hashtagsOf(post.message.tags).map((tag) => ({ type: "Hashtag", href: ids.pages.tag(tag), name: `#${tag}` })),
	];
}

function linksOf({ ids, host }: NoteContext, post: Post): readonly WordLink[] {
	const mentions = post.mentions.flatMap((person): WordLink[] => {
		const href = ids.person(person);
		const full = { word: `@${addressOf(person)}`, href, kind: "u-url mention" } as const;
		return person.domain === host.about.domain ? [full, { ...full, word: `@${person.handle}` }] : [full];
	});
	const tags = hashtagsOf(post.message.tags)
		.filter((tag) => !/[&<>]/.test(tag))
		.map((tag): WordLink => ({ word: `#${tag}`, href: ids.pages.tag(tag), kind: "mention hashtag" }));
	return [...mentions, ...tags];
}
