import { z } from "zod";
import { assertMay, assertTakesPart } from "#core/access/permissions.ts";
import { addressOf } from "#core/model/account.ts";
import { type Answer, type Call, noContent, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { placeOfCall } from "./messages.ts";

const typing = z.object({ state: z.enum(["start", "stop"]) });
type Typing = z.output<typeof typing>;

export const typingRoutes = (services: Services) => [
	route(
		"POST",
		"/api/groups/:g/channels/:c/typing",
		"participant",
		"post",
		{ body: typing, answers: [204], errors: ["not_joined"] },
		(call) => type(services, call),
	),
];

/** Told to the others who are there now, and kept nowhere (OFSCP §6.4). */
async function type({ world, events }: Services, call: Call<unknown, Typing>): Promise<Answer> {
	const place = await placeOfCall(world, call);
	await assertTakesPart(world, place, call.account);
	await assertMay(world, "reply", place, call.account);
	const data = JSON.stringify({
		groupId: place.group.id,
		channelId: place.channel.id,
		user: addressOf(call.account),
		state: call.body.state,
	});
	await events.signal(place, { name: "channel.typing", dataFor: () => data }, call.account.id);
	return noContent;
}
