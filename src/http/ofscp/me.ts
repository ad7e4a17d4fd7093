import { type Place, placeOf } from "#core/groups/access.ts";
import { groupsOf } from "#core/groups/joined-places.ts";
import { type ChannelId, eventId, parseEventId, parseId } from "#core/ids.ts";
import { type HomeCursor, homeTimeline } from "#core/messages/home-timeline.ts";
import type { World } from "#core/world.ts";
import { type Answer, type Call, ok, route } from "../route.ts";
import type { Services } from "../services.ts";
import { alternateOf, personUrl } from "../urls.ts";
import { type PageQuery, pageQuery } from "./message-schemas.ts";
import { notACursor, pageOf, readCursor, writeCursor } from "./paging.ts";
import { presentMessage, timeOf } from "./present-message.ts";

export const meRoutes = (services: Services) => [
	route("GET", "/api/me", "member", "read", {}, (call) => me(services, call)),
	route("GET", "/api/me/timeline", "member", "read", { query: pageQuery }, (call) => timeline(services.world, call)),
];

/** The full user of OFSCP §5.1: to nobody but themselves. */
async function me({ world, bridges }: Services, { account }: Call): Promise<Answer> {
	const own = await groupsOf(world, account);
	const actor = alternateOf(bridges, { account: account.id })?.url;
	return ok({
		id: account.id,
		handle: account.handle,
		home: account.domain,
		domain: account.domain,
		displayName: account.profile.displayName,
		...(account.profile.avatar === undefined ? {} : { avatar: account.profile.avatar }),
		bio: account.profile.bio ?? "",
		// Nothing says yet who is there: as for any viewer of somebody who is not.
		presence: { availability: "offline", status: "" },
		groups: own.map(({ group }) => `${world.origin}/api/groups/${group.id}`),
		settings: {},
		notificationEndpoints: [],
		...(actor === undefined ? {} : { actor }),
		timeline: { group: account.group, channel: account.timeline },
		url: personUrl(world, account),
		createdAt: timeOf(account.createdAt),
		updatedAt: timeOf(account.updatedAt),
	});
}

async function timeline(world: World, { account, query }: Call<PageQuery>): Promise<Answer> {
	const { cursor, limit } = query;
	const before = cursor === undefined ? {} : { before: homeCursor(cursor) };
	const rows = await homeTimeline(world, account, { limit: limit + 1, ...before });
	const places = new Map<ChannelId, Place>();
	const items = [];
	for (const row of rows.slice(0, limit)) {
		const place = places.get(row.channel) ?? (await placeOf(world, row.channel));
		if (place === undefined) continue;
		places.set(row.channel, place);
		items.push(await presentMessage(world, place, row, account));
	}
	return ok(pageOf(rows, limit, (row) => writeCursor([row.at, eventId(row.channel, row.seq)]), items));
}

/** A place in the home timeline: the time, and the event that is the message. @throws {InvalidRequest} */
function homeCursor(cursor: string): HomeCursor {
	const [at, id] = readCursor(cursor);
	const event = parseEventId(id);
	const channel = event && parseId("chn", event.stream);
	if (event === undefined || channel === undefined) throw notACursor();
	return { at, channel, seq: event.seq };
}
