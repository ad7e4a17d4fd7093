import { accounts } from "#core/accounts/account.ts";
import { type MessageId } from "#core/ids.ts";
import { listTagged } from "#core/messages/list-tagged.ts";
import type { Services } from "../base/services.ts";
import { tagUrl } from "../base/urls.ts";
import { type Html, html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { pagination } from "./open-posts.ts";
import { type Post, post } from "./post.ts";

const perPage = 20;

/** The page of a tag: the posts with it in discoverable places, newest first. @param tag as `tagKey` makes it */
export async function tagPage(
	{ context, instance }: Services,
	{ tag, before }: { readonly tag: string; readonly before: MessageId | undefined },
): Promise<Html> {
	const { items, next } = await listTagged(context, tag, {
		limit: perPage,
		...(before === undefined ? {} : { before }),
	});
	const posts: Post[] = [];
	for (const { message, place } of items) {
		const author = (await context.store.get(accounts, message.author))?.doc;
		if (author !== undefined) posts.push({ message, author, place });
	}
	const url = tagUrl(context, tag);
	const main = html`<section class="hero"><p class="kicker">Tag</p><h1>#${tag}</h1></section>
<section class="posts" aria-label="Posts">
${posts.length === 0 ? html`<p class="empty">No public posts here have this tag.</p>` : posts.map((shown) => post(context, shown, "listed"))}
</section>
${pagination(url, "before", { from: before, next, back: "Newest posts", on: "Older posts" })}`;
	const found = posts.length === 0 ? {} : { url };
	return layout(instance, { title: `#${tag}`, description: `Public posts with the tag #${tag}`, ...found }, main);
}
