import { z } from "zod";
import { visibleChannels, visibleGroup } from "#core/access/visible-group.ts";
import type { CoreContext } from "#core/events/context.ts";
import { acceptGroup, offerGroup } from "#core/groups/ownership.ts";
import { json, ok } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { accountNamed } from "./people.ts";
import { presentGroup, presentMember, wireGroup, wireMember } from "./present-group.ts";

const offering = operation("offerGroup", "Offer a group that you own to one of its members", {
	body: z.strictObject({ user: z.string().min(1).max(300) }),
	answers: { 202: json(wireMember) },
	errors: ["permission_denied"],
});
const accepting = operation("acceptGroup", "Become the owner of a group that was offered to you", {
	answers: { 200: json(wireGroup) },
	errors: ["permission_denied"],
});

/** Handing over a group (wire.md, "Groups and members"). */
export const ownershipRoutes = ({ context }: Services) => [
	route("POST", "/api/groups/:g/owner", "member", "manage", offering, (call) => offer(context, call)),
	route("POST", "/api/groups/:g/owner/accept", "member", "manage", accepting, (call) => accept(context, call)),
];

async function offer(
	context: CoreContext,
	{ params, account, body }: CallOf<typeof offering>,
): Promise<AnswerOf<typeof offering>> {
	const { group } = await visibleGroup(context, params.g as string, account);
	const member = await accountNamed(context, body.user);
	return { status: 202, body: await presentMember(context, await offerGroup(context, group, account, member)) };
}

async function accept(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof accepting>> {
	const { group } = await visibleGroup(context, params.g as string, account);
	const now = await acceptGroup(context, group, account);
	return ok(await presentGroup(context, now, await visibleChannels(context, now, account)));
}
