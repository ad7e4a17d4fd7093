import { z } from "zod";
import { assertMay, assertTakesPart } from "#core/access/permissions.ts";
import { empty, noContent } from "../base/answers.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { placeOfCall } from "./place-of-call.ts";

const typing = operation("signalTyping", "Signal that you start or stop typing in a channel", {
	body: z.strictObject({ state: z.enum(["start", "stop"]) }),
	answers: { 204: empty() },
	errors: ["not_joined", "permission_denied"],
});

export const typingRoutes = (services: Services) => [
	route("POST", "/api/groups/:g/channels/:c/typing", "participant", "post", typing, (call) => type(services, call)),
];

/** Told only to the channel's current subscribers, and never stored (OFSCP §6.4). */
async function type(
	{ context, typing: typists }: Services,
	call: CallOf<typeof typing>,
): Promise<AnswerOf<typeof typing>> {
	const place = await placeOfCall(context, call);
	await assertTakesPart(context, place, call.account);
	await assertMay(context, "reply", place, call.account);
	await typists[call.body.state](place, call.account);
	return noContent;
}
