import type { ReadablePlace } from "#core/access/readable-place.ts";
import { accountById } from "#core/accounts/find-account.ts";
import type { Place } from "#core/groups/place.ts";
import { listReplies, readableMessage } from "#core/messages/list-messages.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import { channelName, ownerOf } from "#core/model/channel.ts";
import { type Message } from "#core/model/message.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";
import { channelUrl, messageUrl } from "../base/urls.ts";
import { type Html, html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { isolatedName } from "../page-kit/person.ts";
import { pagination } from "./open-posts.ts";
import { excerpt, post, postsOf, titleOf } from "./post.ts";

export interface MessageShown {
	readonly message: Message;
	readonly author: Account;
	readonly place: ReadablePlace;
	readonly alternate: { readonly type: string; readonly url: string } | undefined;
	readonly after: string | undefined;
}

const repliesPerPage = 50;

/** The page of a message, with a link to its parent and with its replies. */
export async function messagePage(
	{ context, instance }: Services,
	{ message, author, place, alternate, after }: MessageShown,
): Promise<Html> {
	const from = after === undefined ? undefined : await readableMessage(context, place, after);
	const rows = await listReplies(context, place, message.id, {
		limit: repliesPerPage + 1,
		...(from === undefined ? {} : { after: from }),
	});
	const replies = await postsOf(context, place, rows.slice(0, repliesPerPage));
	const next = rows.length > repliesPerPage ? rows[repliesPerPage - 1]?.id : undefined;
	const url = messageUrl(context, author, message);
	const shown = { message, author, place };
	const where =
		ownerOf(place.channel) === author.id
			? undefined
			: html`<a href="${channelUrl(context, place.channel)}">${placeName(place)}</a>`;
	const main = html`<p class="trail">${where !== undefined && html`In ${where}`}${await parentLink(context, message)}</p>
${post(context, shown, "whole")}
${replies.length > 0 && html`<h2 class="section" id="replies">${message.replies === 1 ? "1 reply" : `${message.replies} replies`}</h2><div class="posts">${replies.map((reply) => post(context, reply, "reply"))}</div>`}
${pagination(url, "after", { from: after, next, back: "First replies", on: "More replies" })}`;
	const subject = {
		title: titleOf(context, shown),
		description: excerpt(context, message, 200),
		url,
		kind: "article" as const,
		alternate,
		publishedAt: timeOf(message.at),
	};
	return layout(instance, subject, main);
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
	return html` · in reply to <a href="${messageUrl(context, author, parent)}">${isolatedName(author)}</a>`;
}
