import { isOpen } from "#core/access/circle.ts";
import { type ReadablePlace, readable } from "#core/access/readable-place.ts";
import { accounts } from "#core/accounts/account.ts";
import type { World } from "#core/events/world.ts";
import { channels } from "#core/groups/channel.ts";
import { groups } from "#core/groups/group.ts";
import { type Place, placeOf } from "#core/groups/place.ts";
import { type Account, addressOf } from "#core/model/account.ts";
import type { Services } from "../base/services.ts";
import { channelUrl, personUrl } from "../base/urls.ts";
import { type Html, html } from "../page-kit/html.ts";
import { layout } from "../page-kit/layout.ts";
import { avatar, nameOf } from "../page-kit/person.ts";
import { openPosts } from "./open-posts.ts";
import { type Post, post } from "./post.ts";

/** How many of each are shown, and how many channels are scanned for listed ones. */
const shownPlaces = 9;
const shownPosts = 8;
const scannedChannels = 300;

/** The place, if it is public and listed. */
async function listed(world: World, found: Place | undefined): Promise<ReadablePlace | undefined> {
	const place = await readable(world, found, undefined);
	return place !== undefined && isOpen(place.circle) && place.rules.search ? place : undefined;
}

/** The front page: the instance's description, its listed channels and people, and their latest public posts. */
export async function frontPage({ world, instance }: Services): Promise<Html> {
	const people = await listedPeople(world);
	const places = await listedChannels(world);
	const latest = await latestPosts(world, [...places, ...people.map(({ place }) => place)]);
	const main = html`<section class="hero"><h1>${instance.name}</h1>${instance.description !== "" && html`<p>${instance.description}</p>`}
<ul class="facts"><li>Handles here look like <code>@name@${world.domain}</code></li></ul></section>
${places.length > 0 && html`<h2 class="section">Channels</h2><ul class="cards">${places.map(channelCard(world))}</ul>`}
${people.length > 0 && html`<h2 class="section">People</h2><ul class="cards">${people.map(({ account }) => personCard(world, account))}</ul>`}
${latest.length > 0 ? html`<h2 class="section">Latest</h2><section class="posts" aria-label="Latest posts">${latest.map((shown) => post(world, shown, "listed"))}</section>` : html`<p class="empty">There are no public posts yet.</p>`}`;
	return layout(
		instance,
		{
			title: instance.name,
			description: instance.description || `${instance.name}, a place to talk`,
			url: `${world.origin}/`,
		},
		main,
	);
}

const channelCard =
	(world: World) =>
	({ channel, group }: Place): Html =>
		html`<li><a href="${channelUrl(world, channel)}"><span><strong>${group.name} / ${channel.name}</strong><small>${channel.topic || `@${channel.handle}`}</small></span></a></li>`;

const personCard = (world: World, account: Account): Html =>
	html`<li><a href="${personUrl(world, account)}">${avatar(account)}<span><strong>${nameOf(account)}</strong><small>@${addressOf(account)}</small></span></a></li>`;

async function listedPeople(world: World): Promise<readonly { account: Account; place: ReadablePlace }[]> {
	const newest = await world.store.page(accounts, { index: "local", order: "desc", limit: shownPlaces * 3 });
	const people: { account: Account; place: ReadablePlace }[] = [];
	for (const { doc: account } of newest) {
		if (account.deletedAt !== undefined || people.length === shownPlaces) continue;
		const place = await listed(world, await placeOf(world, account.timeline));
		if (place !== undefined) people.push({ account, place });
	}
	return people;
}

async function listedChannels(world: World): Promise<readonly ReadablePlace[]> {
	const newest = await world.store.page(channels, { order: "desc", limit: scannedChannels });
	const places: ReadablePlace[] = [];
	for (const { doc: channel } of newest) {
		if (places.length === shownPlaces) break;
		if (channel.kind !== "room") continue;
		const group = (await world.store.get(groups, channel.group))?.doc;
		const place = group === undefined ? undefined : await listed(world, { channel, group });
		if (place !== undefined) places.push(place);
	}
	return places;
}

async function latestPosts(world: World, places: readonly ReadablePlace[]): Promise<readonly Post[]> {
	const found = await Promise.all(places.map((place) => openPosts(world, place, undefined, shownPosts)));
	const all = found.flatMap(({ posts }) => posts);
	return all.sort((a, b) => b.message.at - a.message.at).slice(0, shownPosts);
}
