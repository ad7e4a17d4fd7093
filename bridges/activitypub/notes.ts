import { type Account, addressOf, escapeHtml, type Message } from "#bridge-kit";
import { audienceOf, type Said } from "./audience.ts";
import type { NoteContext } from "./context.ts";
import type { Ids } from "./ids.ts";
import { linkify, type WordLink } from "./linkify.ts";

const maxName = 150;
const maxSummary = 500;

/** A message as the fediverse reads it: a Note, or an Article (mapping.md). Without `@context`: it stands in an activity, or alone. */
export function toObject(context: NoteContext, said: Said): object {
	const { ids } = context;
	const { message, author, parent, channel } = said;
	const id = ids.object(message);
	return {
		id,
		type: message.type === "article" ? "Article" : "Note",
		attributedTo: ids.person(author),
		...audienceOf(ids, said),
		...(channel.kind === "room" ? { audience: ids.channelActor(channel) } : {}),
		...(parent === undefined ? {} : { inReplyTo: ids.object(parent.message) }),
		...bodyOf(context, said),
		...(message.content.mime === "text/html"
			? {}
			: { source: { content: message.content.text, mediaType: message.content.mime } }),
		url: ids.pages.message(author, message.id),
		published: new Date(message.at).toISOString(),
		// Never before `published`: one server refuses it.
		...(message.editedAt === undefined
			? {}
			: { updated: new Date(Math.max(message.editedAt, message.at)).toISOString() }),
		sensitive: message.warning !== undefined,
		tag: tagsOf(context, said),
		replies: `${id}/replies`,
	};
}

/** What remains of a deleted message. */
export function toTombstone(ids: Ids, message: Message): object {
	return {
		id: ids.object(message),
		type: "Tombstone",
		formerType: message.type === "article" ? "Article" : "Note",
		...(message.deletedAt === undefined ? {} : { deleted: new Date(message.deletedAt).toISOString() }),
	};
}

function bodyOf(context: NoteContext, said: Said): object {
	const { message } = said;
	const { text, mime, title, summary } = message.content;
	const html = context.host.text.toHtml(text, mime).trim();
	const content = linkify(html.startsWith("<") ? html : `<p>${html}</p>`, linksOf(context, said));
	if (message.type !== "article")
		return { content, ...(message.warning === undefined ? {} : { summary: message.warning }) };

	// Mastodon shows nothing of an Article but its name, summary and url; others take a missing summary for a warning.
	const teaser = shorten(summary ?? context.host.text.toPlain(text, mime), maxSummary);
	const shown = message.warning === undefined ? teaser : shorten(`${message.warning}: ${teaser}`, maxSummary);
	return {
		name: shorten(title ?? teaser, maxName),
		summary: escapeHtml(shown),
		content,
		preview: {
			type: "Note",
			attributedTo: context.ids.person(said.author),
			content: `<p>${escapeHtml(shown)}</p>`,
			published: new Date(message.at).toISOString(),
		},
	};
}

const shorten = (text: string, max: number): string => {
	const line = text.trim();
	return line.length <= max ? line : `${line.slice(0, max - 1).toWellFormed()}…`;
};

/** The people that a message names: its parent's author hears of it like those who are mentioned. */
function namedIn({ author, mentions, parent }: Said): readonly Account[] {
	const people = parent === undefined || parent.author.id === author.id ? mentions : [parent.author, ...mentions];
	return [...new Map(people.map((person) => [person.id, person])).values()];
}

function tagsOf({ ids }: NoteContext, said: Said): readonly object[] {
	return [
		...namedIn(said).map((person) => ({ type: "Mention", href: ids.person(person), name: `@${addressOf(person)}` })),
		...said.message.tags.map((tag) => ({ type: "Hashtag", href: ids.pages.tag(tag), name: `#${tag}` })),
	];
}

function linksOf({ ids, host }: NoteContext, said: Said): readonly WordLink[] {
	const mentions = said.mentions.flatMap((person): WordLink[] => {
		const href = ids.person(person);
		const full = { word: `@${addressOf(person)}`, href, kind: "u-url mention" } as const;
		return person.domain === host.about.domain ? [full, { ...full, word: `@${person.handle}` }] : [full];
	});
	const tags = said.message.tags
		.filter((tag) => !/[&<>]/.test(tag))
		.map((tag): WordLink => ({ word: `#${tag}`, href: ids.pages.tag(tag), kind: "mention hashtag" }));
	return [...mentions, ...tags];
}
