import { z } from "zod";
import { readableChannel } from "#core/access/readable-place.ts";
import { visibleGroup } from "#core/access/visible-group.ts";
import { portalsOfChannel } from "#core/bridging/portals/find-portal.ts";
import { assertLinkable, assertLinks, linkPortal, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import { portals } from "#core/bridging/portals/portal.ts";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { placeOf, roleIn } from "#core/groups/place.ts";
import { parseId } from "#core/ids.ts";
import { type Answer, type Call, created, noContent, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { presentPortal } from "./present-group.ts";

const newLink = z.object({ bridge: z.string(), channel: z.string(), room: z.string().min(1).max(500) });
type NewLinkBody = z.output<typeof newLink>;

const linking = { body: newLink, answers: [201], errors: ["tier_not_federated", "room_linked", "channel_linked"] };

export const bridgeRoutes = (services: Services) => [
	route("POST", "/api/groups/:g/bridges", "member", "lookup", linking, (call) => link(services, call)),
	route("GET", "/api/groups/:g/bridges", "member", "read", {}, (call) => list(services.world, call)),
	route("DELETE", "/api/groups/:g/bridges/:b", "member", "manage", { answers: [204] }, (call) =>
		unlink(services.world, call),
	),
];

async function link(
	{ world, bridges }: Services,
	{ params, account, body }: Call<unknown, NewLinkBody>,
): Promise<Answer> {
	const place = await readableChannel(world, params.g as string, body.channel, account);
	await assertLinks(world, account, place);
	assertLinkable(place);
	const linkers = bridges.filter((bridge) => bridge.resolvers.room !== "unsupported");
	const bridge = linkers.find((known) => known.name === body.bridge);
	if (bridge === undefined || bridge.resolvers.room === "unsupported")
		throw new InvalidRequest([
			{
				field: "/bridge",
				expected:
					linkers.length === 0
						? "no bridge here links rooms"
						: `one of ${linkers.map((known) => known.name).join(", ")}`,
			},
		]);
	const reach = await bridge.resolvers.room(body.room);
	if (reach === undefined)
		throw new InvalidRequest([{ field: "/room", expected: "the id or alias of a room that can be reached" }]);
	const portal = await linkPortal(world, account, place, { bridge: bridge.name, reach, consented: false });
	return created(`/api/groups/${place.group.id}/bridges/${portal.id}`, presentPortal(portal));
}

/** The links of the channels that the caller may read. */
async function list(world: World, { params, account }: Call): Promise<Answer> {
	const { channels } = await visibleGroup(world, params.g as string, account);
	const found = await Promise.all(channels.map(({ channel }) => portalsOfChannel(world, channel.id)));
	return ok({ items: found.flat().map(presentPortal), page: {} });
}

async function unlink(world: World, { params, account }: Call): Promise<Answer> {
	const id = parseId("brg", params.b as string);
	const portal = id === undefined ? undefined : (await world.store.get(portals, id))?.doc;
	const place = portal === undefined || portal.group !== params.g ? undefined : await placeOf(world, portal.channel);
	if (id === undefined || place === undefined) throw new NotFound();
	if ((await roleIn(world, place.group, place.channel, account)) === undefined)
		await readableChannel(world, place.group.id, place.channel.id, account);
	await assertLinks(world, account, place);
	await unlinkPortal(world, account, id);
	return noContent;
}
