import type { ReadablePlace } from "#core/access/readable-place.ts";
import { accountById } from "#core/accounts/find-account.ts";
import { messageWithOpenPlace } from "#core/bridging/host/open-place.ts";
import type { Place } from "#core/groups/place.ts";
import { rulesOf } from "#core/groups/tiers.ts";
import { listReplies, readableMessage } from "#core/messages/list-messages.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import { channelName, ownerOf } from "#core/model/channel.ts";
import { type Message, shownAt, visibleReplies } from "#core/model/message.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";
import { channelUrl, isWebUrl, messageUrl, personUrl } from "../base/urls.ts";
import { type Html, html, safeHref } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { isolatedName } from "../page-kit/person.ts";
import { pagination } from "./open-posts.ts";
import { excerpt, type Post, post, postsOf, titleOf } from "./post.ts";

export interface MessageShown {
	readonly message: Message;
	readonly author: Account;
	readonly place: Place;
	/** The place whose replies are shown; absent if its thread is shown on another server. */
	readonly thread: ReadablePlace | undefined;
	readonly alternate: { readonly type: string; readonly url: string } | undefined;
	readonly after: string | undefined;
}

const repliesPerPage = 50;

/** The page of a message, with a link to its parent and with its replies. */
export async function messagePage(
	{ context, instance }: Services,
	{ message, author, place, thread, alternate, after }: MessageShown,
): Promise<Html> {
	const { replies, next } = await repliesTo(context, thread, message, after);
	const count = visibleReplies(message);
	const url = messageUrl(context, author, message);
	const shown = { message, author, place };
	const main = html`<p class="trail">${await placeLink(context, place, author)}${await parentLink(context, message)}</p>
${post(context, shown, "whole")}
${replies.length > 0 && html`<h2 class="section" id="replies">${count === 1 ? "1 reply" : `${count} replies`}</h2><div class="posts">${replies.map((reply) => post(context, reply, "reply"))}</div>`}
${pagination(url, "after", { from: after, next, back: "First replies", on: "More replies" })}`;
	const subject = {
		title: titleOf(context, shown),
		description: excerpt(context, message, 200),
		url,
		kind: "article" as const,
		alternate,
		publishedAt: timeOf(shownAt(message)),
		isListed: (await rulesOf(context, place.channel.tier)).search,
	};
	return layout(instance, subject, main);
}

async function repliesTo(
	context: Services["context"],
	thread: ReadablePlace | undefined,
	message: Message,
	after: string | undefined,
): Promise<{ readonly replies: readonly Post[]; readonly next: string | undefined }> {
	if (thread === undefined) return { replies: [], next: undefined };
	const from = after === undefined ? undefined : await readableMessage(context, thread, after);
	const rows = await listReplies(context, thread, message.id, {
		limit: repliesPerPage + 1,
		...(from === undefined ? {} : { after: from }),
	});
	const there = rows.slice(0, repliesPerPage).filter(({ deletedAt }) => deletedAt === undefined);
	return {
		replies: await postsOf(context, thread, there),
		next: rows.length > repliesPerPage ? rows[repliesPerPage - 1]?.id : undefined,
	};
}

/** Where a message is, unless it is in its author's own timeline. */
async function placeLink(context: Services["context"], place: Place, author: Account): Promise<Html | undefined> {
	const id = ownerOf(place.channel);
	if (id === author.id) return undefined;
	const owner = id === undefined ? undefined : await accountById(context, id);
	const url = owner === undefined ? channelUrl(context, place.channel) : personUrl(context, owner);
	return html`In <a href="${safeHref(url)}">${placeName(place)}</a>`;
}

const placeName = ({ channel, group }: Place): Html =>
	channel.kind === "room"
		? html`<bdi>${group.name}</bdi> / <bdi>${channel.name}</bdi>`
		: html`the timeline of @${channelName(channel)}`;

async function parentLink(context: Services["context"], { reply }: Message): Promise<Html | undefined> {
	if (reply === undefined) return undefined;
	const parent = (await context.store.get(messages, reply.to))?.doc;
	const author = await accountById(context, reply.author);
	if (parent === undefined || parent.deletedAt !== undefined || author === undefined)
		return html` · in reply to a deleted message`;
	// A post from another network has a page here only in a channel of ours.
	const place = await messageWithOpenPlace(context, parent.id);
	const url =
		place === undefined ? [parent.origin?.url, parent.origin?.id].find(isWebUrl) : messageUrl(context, author, parent);
	const name = url === undefined ? isolatedName(author) : html`<a href="${url}">${isolatedName(author)}</a>`;
	return html` · in reply to ${name}`;
}
