import { accounts } from "#core/accounts/account.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { Place } from "#core/groups/place.ts";
import { tagKey } from "#core/messages/tags.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import { ownerOf } from "#core/model/channel.ts";
import { hashtagOf } from "#core/model/hashtag.ts";
import { type Message, shownAt, visibleReplies } from "#core/model/message.ts";
import { timeOf } from "../base/time.ts";
import { channelUrl, messageUrl, personUrl, tagUrl } from "../base/urls.ts";
import { type Html, html, safeHref, sanitised } from "../page-kit/html.ts";
import { avatar, isolatedName, nameOf } from "../page-kit/person.ts";

export type Site = Pick<CoreContext, "store" | "origin" | "domain" | "text">;

/** A message with its author and place, as pages show it. */
export interface Post {
	readonly message: Message;
	readonly author: Account;
	readonly place: Place;
}

/** Messages with their authors; messages with an unknown author are omitted. */
export async function postsOf(site: Site, place: Place, list: readonly Message[]): Promise<readonly Post[]> {
	const posts: Post[] = [];
	for (const message of list) {
		const author = (await site.store.get(accounts, message.author))?.doc;
		if (author !== undefined) posts.push({ message, author, place });
	}
	return posts;
}

let format: Intl.DateTimeFormat | undefined;

/** Made with the first page: the tables of locales take 2 MB of memory. */
const dates = (): Intl.DateTimeFormat =>
	(format ??= new Intl.DateTimeFormat("en-GB", {
		day: "numeric",
		month: "short",
		year: "numeric",
		hour: "2-digit",
		minute: "2-digit",
		timeZone: "UTC",
	}));
export const shortTime = (ms: number): Html => html`<time datetime="${timeOf(ms)}">${dates().format(ms)} UTC</time>`;

/** The beginning of a message as plain text, for lists and previews; the content warning, if it has one. */
export function excerpt(site: Site, { content, warning }: Message, length: number): string {
	if (warning !== undefined) return warning;
	const plain = (content.summary ?? site.text.toPlain(content.text, content.mime)).replaceAll(/\s+/g, " ").trim();
	return plain.length <= length ? plain : `${plain.slice(0, length).replace(/\s+\S*$/, "")}…`;
}

export const titleOf = (site: Site, { message, author }: Post): string =>
	message.content.title ?? `${nameOf(author)}: ${excerpt(site, message, 60)}`;

/** How a post is shown: in a list of several channels, in its own channel, on its own page, or below its parent. */
type Mode = "listed" | "own" | "whole" | "reply";

/** The address to follow from other servers, if a bridge publishes the resource. */
export const followAs = (address: string, alternate: object | undefined): Html | false =>
	alternate !== undefined && html`<li>Follow from anywhere: <code>${address}</code></li>`;

/** A post; in a list, an article is shortened to an excerpt. */
export function post(site: Site, shown: Post, mode: Mode): Html {
	const { message, author, place } = shown;
	const url = messageUrl(site, author, message);
	const isElsewhere = ownerOf(place.channel) !== author.id && mode === "listed";
	return html`<article class="post ${mode}">
<header>
${avatar(author)}
<p class="who"><a class="name" href="${safeHref(personUrl(site, author))}" rel="author">${isolatedName(author)}</a> <span class="address">@${addressOf(author)}</span></p>
<p class="when"><a href="${url}">${shortTime(shownAt(message))}</a>${message.editedAt !== undefined && html` · edited`}${isElsewhere && html` · in <a href="${channelUrl(site, place.channel)}"><bdi>${place.group.name}</bdi></a>`}</p>
</header>
${behindWarning(message, body(site, shown, url, mode))}
${message.tags.length > 0 && html`<p class="tags">${message.tags.map((tag) => tagLink(site, tag))}</p>`}
${postFooter(message, url, mode)}
</article>`;
}

function tagLink(site: Site, tag: string): Html {
	const key = tagKey(tag);
	return key === undefined
		? html`<span>${tag}</span> `
		: html`<a href="${tagUrl(site, key)}" rel="tag">#${hashtagOf(tag)}</a> `;
}

function body(site: Site, shown: Post, url: string, mode: Mode): Html {
	const { message } = shown;
	const { content, type } = message;
	const title =
		content.title === undefined
			? mode === "whole" && html`<h1 class="unseen">${isolatedName(shown.author)}: ${excerpt(site, message, 60)}</h1>`
			: mode === "whole"
				? html`<h1>${content.title}</h1>`
				: html`<h2><a href="${url}">${content.title}</a></h2>`;
	if (type === "article" && mode !== "whole")
		return html`${title}<p>${excerpt(site, message, 400)}</p><p><a class="more" href="${url}">Read the article</a></p>`;
	// Local text is stored as it was written, and sanitised on output.
	const text = withHeadingsBelow(mode === "whole" ? 1 : 2, site.text.toHtml(content.text, content.mime));
	return html`${title}<div class="content">${sanitised(text)}</div>`;
}

/** Sanitised HTML with its headings below those of the page, which has one of the first level. */
const withHeadingsBelow = (level: number, text: string): string =>
	text.replaceAll(/(<\/?h)([1-6])\b/g, (_, tag: string, own: string) => `${tag}${Math.min(6, level + Number(own))}`);

const behindWarning = ({ warning }: Message, content: Html): Html =>
	warning === undefined ? content : html`<details class="warning"><summary>${warning}</summary>${content}</details>`;

function postFooter(message: Message, url: string, mode: Mode): Html | false {
	const { reactions } = message;
	const replies = visibleReplies(message);
	const showsReplies = mode !== "whole" && replies > 0;
	if (reactions.length === 0 && !showsReplies) return false;
	return html`<footer>${
		reactions.length > 0 &&
		html`<ul class="reactions" aria-label="Reactions">${reactions.map(
			({ key, unicode, description, count }) =>
				html`<li${description !== undefined && html` title="${description}"`}><span>${unicode ?? key}</span> ${count}</li>`,
		)}</ul>`
	}${showsReplies && html`<a class="replies" href="${url}#replies">${replies === 1 ? "1 reply" : `${replies} replies`}</a>`}</footer>`;
}
