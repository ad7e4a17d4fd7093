import type { ReadablePlace } from "#core/access/readable-place.ts";
import { listMessages, readableMessage } from "#core/messages/list-messages.ts";
import type { Message } from "#core/model/message.ts";
import { type Html, html } from "../page-kit/html.ts";
import { type Post, postsOf, type Site } from "./post.ts";

/** Posts on a page, and how many messages are scanned for them. */
const perPage = 20;
const maxScanned = 500;

/** A page of a channel's posts, newest first, without replies (which are shown with their parents) and deleted messages. */
export async function openPosts(
	site: Site,
	place: ReadablePlace,
	before: string | undefined,
	limit = perPage,
): Promise<{ posts: readonly Post[]; next: string | undefined }> {
	const found: Message[] = [];
	let after: Message | undefined = before === undefined ? undefined : await readableMessage(site, place, before);
	for (let scanned = 0; found.length <= limit && scanned < maxScanned; ) {
		const rows: readonly Message[] = await listMessages(site, place, {
			direction: "backward",
			limit: limit + 1,
			...(after === undefined ? {} : { after }),
		});
		found.push(...rows.filter((row) => row.reply === undefined && row.deletedAt === undefined));
		scanned += rows.length;
		after = rows.at(-1);
		if (rows.length <= limit) {
			after = undefined;
			break;
		}
	}
	const next = found.length > limit ? found[limit - 1] : after;
	return { posts: await postsOf(site, place, found.slice(0, limit)), next: next?.id };
}

/** Links to the next page and back to the first. */
export function pagination(
	path: string,
	parameter: string,
	{ from, next, back, on }: { from: string | undefined; next: string | undefined; back: string; on: string },
): Html | false {
	if (from === undefined && next === undefined) return false;
	return html`<nav class="pages" aria-label="Pages">${from === undefined ? html`<span></span>` : html`<a href="${path}">${back}</a>`}${next !== undefined && html`<a rel="next" href="${path}?${parameter}=${next}">${on}</a>`}</nav>`;
}
