import { z } from "zod";
import { readableChannel } from "#core/access/readable-place.ts";
import { visibleGroup } from "#core/access/visible-group.ts";
import { portalsOfChannel } from "#core/bridging/portals/find-portal.ts";
import { linkCode } from "#core/bridging/portals/link-code.ts";
import { assertLinkable, assertLinks, linkPortal, mayLink, unlinkPortal } from "#core/bridging/portals/link-portal.ts";
import { portals } from "#core/bridging/portals/portal.ts";
import { InvalidRequest, NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { placeOf, roleIn } from "#core/groups/place.ts";
import { parseId } from "#core/ids.ts";
import { type Portal } from "#core/model/portal.ts";
import { created, empty, json, noContent, ok, type Wire } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { bridgeLinkId, channelId } from "./ids.ts";
import { listOf } from "./paging.ts";

/** A link between a channel and a room on another network (wire.md, "Bridges"). */
const wireLink = z
	.strictObject({
		id: bridgeLinkId,
		bridge: z.string(),
		channel: channelId,
		room: z.string(),
		state: z.enum(["waiting", "active", "degraded", "closed"]),
		reason: z.string().optional(),
		code: z
			.string()
			.optional()
			.describe("What a person with enough power says in the room to agree: `link CODE`. Shown to those who may link."),
		moderation: z.enum(["own", "shared"]),
	})
	.meta({ id: "BridgeLink", description: "A link between a channel and a room on another network." });

const linking = operation("createBridgeLink", "Link a channel to a room on another network", {
	body: z.strictObject({ bridge: z.string(), channel: z.string(), room: z.string().min(1).max(500) }),
	answers: { 201: json(wireLink, "Location") },
	errors: ["permission_denied", "tier_not_federated", "channel_linked"],
});
const listing = operation("listBridgeLinks", "List the links of the channels that you may see", {
	answers: { 200: json(listOf(wireLink)) },
});
const unlinking = operation("deleteBridgeLink", "Unlink a channel from a room", {
	answers: { 204: empty() },
	errors: ["permission_denied"],
});

const linksPath = "/api/groups/:g/bridges";

export const bridgeRoutes = (services: Services) => [
	route("POST", linksPath, "member", "lookup", linking, (call) => link(services, call)),
	route("GET", linksPath, "member", "read", listing, (call) => list(services.context, call)),
	route("DELETE", `${linksPath}/:b`, "member", "manage", unlinking, (call) => unlink(services.context, call)),
];

async function link(
	{ context, bridges }: Services,
	{ params, account, body }: CallOf<typeof linking>,
): Promise<AnswerOf<typeof linking>> {
	const place = await readableChannel(context, params.g as string, body.channel, account);
	await assertLinks(context, account, place);
	assertLinkable(place);
	const linkers = bridges.filter((bridge) => bridge.resolvers.room !== "unsupported");
	const bridge = linkers.find((known) => known.name === body.bridge);
	if (bridge === undefined || bridge.resolvers.room === "unsupported")
		throw new InvalidRequest([
			{
				field: "/bridge",
				expected:
					linkers.length === 0
						? "nothing, since no bridge of this provider links rooms"
						: `one of ${linkers.map((known) => known.name).join(", ")}`,
			},
		]);
	const reach = await bridge.resolvers.room(body.room);
	if (reach === undefined)
		throw new InvalidRequest([{ field: "/room", expected: "the id or alias of a reachable room" }]);
	const portal = await linkPortal(context, account, place, { bridge: bridge.name, reach, consented: false });
	return created(`/api/groups/${place.group.id}/bridges/${portal.id}`, present(portal, true));
}

/** The links of the channels that the caller may read. */
async function list(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof listing>> {
	const { channels } = await visibleGroup(context, params.g as string, account);
	const found = await Promise.all(
		channels.map(async (place) => {
			const links = await portalsOfChannel(context, place.channel.id);
			const showsCode = links.length > 0 && (await mayLink(context, account, place));
			return links.map((portal) => present(portal, showsCode));
		}),
	);
	return ok({ items: found.flat(), page: {} });
}

async function unlink(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof unlinking>> {
	const id = parseId("brg", params.b as string);
	const portal = id === undefined ? undefined : (await context.store.get(portals, id))?.doc;
	const place = portal === undefined || portal.group !== params.g ? undefined : await placeOf(context, portal.channel);
	if (id === undefined || place === undefined) throw new NotFound();
	if ((await roleIn(context, place.group, place.channel, account)) === undefined)
		await readableChannel(context, place.group.id, place.channel.id, account);
	await assertLinks(context, account, place);
	await unlinkPortal(context, account, id, place);
	return noContent;
}

/** @param showsCode whether the reader may link the channel, and so is told the code */
const present = (
	{ id, bridge, channel, room, state, reason, moderation = "own" }: Portal,
	showsCode: boolean,
): Wire<typeof wireLink> => ({
	id,
	bridge,
	channel,
	room,
	state,
	...(reason === undefined ? {} : { reason }),
	...(showsCode ? { code: linkCode(id) } : {}),
	moderation,
});
