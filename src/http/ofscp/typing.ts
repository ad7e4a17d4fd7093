import { z } from "zod";
import { assertMay, assertTakesPart } from "#core/access/permissions.ts";
import { addressOf } from "#core/model/account.ts";
import { empty, noContent } from "../base/answers.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { typingData } from "./live-events.ts";
import { placeOfCall } from "./place-of-call.ts";

const typing = operation("signalTyping", "Signal that you start or stop typing in a channel", {
	body: z.strictObject({ state: z.enum(["start", "stop"]) }),
	answers: { 204: empty() },
	errors: ["not_joined", "permission_denied"],
});

export const typingRoutes = (services: Services) => [
	route("POST", "/api/groups/:g/channels/:c/typing", "participant", "post", typing, (call) => type(services, call)),
];

/** Sent only to the channel's current subscribers, and never stored (OFSCP §6.4). */
async function type({ context, events }: Services, call: CallOf<typeof typing>): Promise<AnswerOf<typeof typing>> {
	const place = await placeOfCall(context, call);
	await assertTakesPart(context, place, call.account);
	await assertMay(context, "reply", place, call.account);
	const data = typingData({
		groupId: place.group.id,
		channelId: place.channel.id,
		user: addressOf(call.account),
		state: call.body.state,
	});
	await events.signal(place, { name: "channel.typing", dataFor: () => data }, call.account.id);
	return noContent;
}
