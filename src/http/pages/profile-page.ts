import type { ReadablePlace } from "#core/access/readable-place.ts";
import { memberships } from "#core/groups/membership.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import type { Services } from "../base/services.ts";
import { personUrl } from "../base/urls.ts";
import { type Html, html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { avatar, isolatedName, nameOf } from "../page-kit/person.ts";
import { openPosts, pagination } from "./open-posts.ts";
import { followAs, post } from "./post.ts";

export interface Profile {
	readonly account: Account;
	readonly place: ReadablePlace;
	readonly alternate: { readonly type: string; readonly url: string } | undefined;
	readonly before: string | undefined;
}

/** The public page of an account: its profile, how to follow it, and the posts of its timeline. */
export async function profilePage(
	{ context, instance }: Services,
	{ account, place, alternate, before }: Profile,
): Promise<Html> {
	const { posts, next } = await openPosts(context, place, before);
	const followers = await context.store.count(memberships, "place", [place.channel.id, "joined"]);
	const url = personUrl(context, account);
	const bio = bioOf(context, account);
	const main = html`<section class="hero profile">
${avatar(account, "large")}
<div><h1>${isolatedName(account)}</h1><p class="address">@${addressOf(account)}</p></div>
<div class="wide">${bio !== "" && html`<p class="bio">${bio}</p>`}
<ul class="facts">${followers > 0 && html`<li>${followers === 1 ? "1 follower" : `${followers} followers`}</li>`}${followAs(`@${addressOf(account)}`, alternate)}</ul></div>
</section>
<section class="posts" aria-label="Posts">
${posts.length === 0 ? html`<p class="empty">Nothing has been posted here yet.</p>` : posts.map((shown) => post(context, shown, "own"))}
</section>
${pagination(url, "before", { from: before, next, back: "Newest posts", on: "Older posts" })}`;
	const description = bio === "" ? `Posts by @${addressOf(account)}` : bio.slice(0, 200);
	return layout(
		instance,
		{ title: nameOf(account), description, url, kind: "profile", alternate, isListed: place.rules.search },
		main,
	);
}

/** Local bios are plain text, remote ones are HTML. */
function bioOf({ text }: Services["context"], { profile, origin }: Account): string {
	if (profile.bio === undefined) return "";
	return (origin === undefined ? profile.bio : text.fromHtml(profile.bio)).trim();
}
