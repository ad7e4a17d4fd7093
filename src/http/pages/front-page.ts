import { isOpen } from "#core/access/circle.ts";
import { type ReadablePlace, readable } from "#core/access/readable-place.ts";
import { accounts } from "#core/accounts/account.ts";
import type { CoreContext } from "#core/events/context.ts";
import { channels } from "#core/groups/channel.ts";
import { groups } from "#core/groups/group.ts";
import { type Place, placeOf } from "#core/groups/place.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import { channelName } from "#core/model/channel.ts";
import type { Services } from "../base/services.ts";
import { channelUrl, personUrl } from "../base/urls.ts";
import { type Html, html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { avatar, isolatedName } from "../page-kit/person.ts";
import { openPosts } from "./open-posts.ts";
import { type Post, post } from "./post.ts";

/** How many of each are shown, and how many channels are scanned for listed ones. */
const shownPlaces = 9;
const shownPosts = 8;
const scannedChannels = 300;

/** The place, if it is public and listed. */
async function listed(context: CoreContext, found: Place | undefined): Promise<ReadablePlace | undefined> {
	const place = await readable(context, found, undefined);
	return place !== undefined && isOpen(place.circle) && place.rules.search ? place : undefined;
}

/** The front page: the instance's description, its listed channels and people, and their latest public posts. */
export async function frontPage({ context, instance }: Services): Promise<Html> {
	const people = await listedPeople(context);
	const places = await listedChannels(context);
	const latest = await latestPosts(context, [...places, ...people.map(({ place }) => place)]);
	const main = html`<section class="hero"><h1>${instance.name}</h1>${instance.description !== "" && html`<p>${instance.description}</p>`}
<ul class="facts"><li>Handles here look like <code>@name@${context.domain}</code></li></ul></section>
${places.length > 0 && html`<h2 class="section">Channels</h2><ul class="cards">${places.map(channelCard(context))}</ul>`}
${people.length > 0 && html`<h2 class="section">People</h2><ul class="cards">${people.map(({ account }) => personCard(context, account))}</ul>`}
${latest.length > 0 ? html`<h2 class="section">Latest</h2><section class="posts" aria-label="Latest posts">${latest.map((shown) => post(context, shown, "listed"))}</section>` : html`<p class="empty">There are no public posts yet.</p>`}`;
	return layout(
		instance,
		{
			title: instance.name,
			description: instance.description || `${instance.name}, a place to talk`,
			url: `${context.origin}/`,
		},
		main,
	);
}

const channelCard =
	(context: CoreContext) =>
	({ channel, group }: Place): Html =>
		html`<li><a href="${channelUrl(context, channel)}"><span><strong><bdi>${group.name}</bdi> / <bdi>${channel.name}</bdi></strong><small>${channel.topic || `@${channelName(channel)}`}</small></span></a></li>`;

const personCard = (context: CoreContext, account: Account): Html =>
	html`<li><a href="${personUrl(context, account)}">${avatar(account)}<span><strong>${isolatedName(account)}</strong><small>@${addressOf(account)}</small></span></a></li>`;

async function listedPeople(context: CoreContext): Promise<readonly { account: Account; place: ReadablePlace }[]> {
	const newest = await context.store.page(accounts, { index: "local", order: "desc", limit: shownPlaces * 3 });
	const people: { account: Account; place: ReadablePlace }[] = [];
	for (const { doc: account } of newest) {
		if (account.deletedAt !== undefined || people.length === shownPlaces) continue;
		const place = await listed(context, await placeOf(context, account.timeline));
		if (place !== undefined) people.push({ account, place });
	}
	return people;
}

async function listedChannels(context: CoreContext): Promise<readonly ReadablePlace[]> {
	const newest = await context.store.page(channels, { order: "desc", limit: scannedChannels });
	const places: ReadablePlace[] = [];
	for (const { doc: channel } of newest) {
		if (places.length === shownPlaces) break;
		if (channel.kind !== "room") continue;
		const group = (await context.store.get(groups, channel.group))?.doc;
		const place = group === undefined ? undefined : await listed(context, { channel, group });
		if (place !== undefined) places.push(place);
	}
	return places;
}

async function latestPosts(context: CoreContext, places: readonly ReadablePlace[]): Promise<readonly Post[]> {
	const found = await Promise.all(places.map((place) => openPosts(context, place, undefined, shownPosts)));
	const all = found.flatMap(({ posts }) => posts);
	return all.sort((a, b) => b.message.at - a.message.at).slice(0, shownPosts);
}
