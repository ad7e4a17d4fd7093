import type { Place } from "#core/groups/access.ts";
import { memberships } from "#core/groups/membership.ts";
import type { Services } from "../services.ts";
import { channelUrl } from "../urls.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { openPosts, turning } from "./open-posts.ts";
import { post } from "./post.ts";

export interface ChannelShown {
	readonly place: Place;
	readonly alternate: { readonly type: string; readonly url: string } | undefined;
	readonly before: string | undefined;
}

/** An open channel of a group: what it is about, how to follow it, and what is said there. */
export async function channelPage(
	{ world, instance }: Services,
	{ place, alternate, before }: ChannelShown,
): Promise<Html> {
	const { channel, group } = place;
	const { posts, next } = await openPosts(world, place, before);
	const members = await world.store.count(memberships, "place", [channel.id, "joined"]);
	const url = channelUrl(world, channel);
	const about = channel.topic || group.description;
	const main = html`<section class="hero">
<h1>${group.name} <span class="address">/ ${channel.name}</span></h1>
${about !== "" && html`<p>${about}</p>`}
<ul class="facts"><li>${members === 1 ? "1 member" : `${members} members`}</li><li>Follow from anywhere: <code>@${channel.handle}@${world.domain}</code></li>${channel.tags.map((tag) => html`<li>${tag}</li>`)}</ul>
</section>
<section class="posts" aria-label="Messages">
${posts.length === 0 ? html`<p class="empty">Nothing has been said here yet.</p>` : posts.map((shown) => post(world, shown, "listed"))}
</section>
${turning(url, "before", { from: before, next, back: "Newest messages", on: "Older messages" })}`;
	return layout(
		instance,
		{ title: `${group.name} / ${channel.name}`, description: about || `A channel of ${group.name}`, url, alternate },
		main,
	);
}
