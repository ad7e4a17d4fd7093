import type { ReadablePlace } from "#core/access/readable-place.ts";
import { memberships } from "#core/groups/membership.ts";
import { channelName } from "#core/model/channel.ts";
import type { Services } from "../base/services.ts";
import { channelUrl } from "../base/urls.ts";
import { type Html, html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { openPosts, pagination } from "./open-posts.ts";
import { followAs, post } from "./post.ts";

export interface ChannelShown {
	readonly place: ReadablePlace;
	readonly alternate: { readonly type: string; readonly url: string } | undefined;
	readonly before: string | undefined;
}

/** The page of an open channel: its topic, how to follow it, and its messages. */
export async function channelPage(
	{ context, instance }: Services,
	{ place, alternate, before }: ChannelShown,
): Promise<Html> {
	const { channel, group } = place;
	const { posts, next } = await openPosts(context, place, before);
	// A group's members receive its open channels. The owner has no membership, so one is added.
	const members = 1 + (await context.store.count(memberships, "place", [group.id, "joined"]));
	const url = channelUrl(context, channel);
	const about = channel.topic || group.description;
	const main = html`<section class="hero">
<p class="kicker"><bdi>${group.name}</bdi></p>
<h1><bdi>${channel.name}</bdi></h1>
${about !== "" && html`<p>${about}</p>`}
<ul class="facts"><li>${members === 1 ? "1 member" : `${members} members`}</li>${followAs(`@${channelName(channel)}@${context.domain}`, alternate)}${channel.tags.map((tag) => html`<li>${tag}</li>`)}</ul>
</section>
<section class="posts" aria-label="Messages">
${posts.length === 0 ? html`<p class="empty">No messages yet.</p>` : posts.map((shown) => post(context, shown, "own"))}
</section>
${pagination(url, "before", { from: before, next, back: "Newest messages", on: "Older messages" })}`;
	return layout(
		instance,
		{
			title: `${group.name} / ${channel.name}`,
			description: about || `A channel of ${group.name}`,
			url,
			alternate,
			isListed: place.rules.search,
		},
		main,
	);
}
