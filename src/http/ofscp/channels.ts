import { withCircle } from "#core/access/circle.ts";
import { joinChannel } from "#core/access/join-channel.ts";
import { leave, placeToLeave } from "#core/access/leave.ts";
import { readableChannel } from "#core/access/readable-place.ts";
import { visibleGroup } from "#core/access/visible-group.ts";
import type { CoreContext } from "#core/events/context.ts";
import { createChannel } from "#core/groups/create-channel.ts";
import { created, empty, json, noContent, ok, replayedHeader } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { apiChannelPath } from "../base/urls.ts";
import { joinAnswer, joinAnswers } from "./joining.ts";
import { channelFieldsOf, newChannel } from "./new-channel.ts";
import { listOf } from "./paging.ts";
import { placeOfCall } from "./place-of-call.ts";
import { presentChannel, wireChannel } from "./present-group.ts";

const creating = operation("createChannel", "Create a channel in a group", {
	body: newChannel,
	answers: { 201: json(wireChannel, "Location", "Idempotency-Replayed?") },
	errors: ["permission_denied", "idempotency_key_reused"],
});
const listing = operation("listChannels", "List the channels of a group that you may see", {
	answers: { 200: json(listOf(wireChannel)) },
});
const showing = operation("getChannel", "Get a channel", { answers: { 200: json(wireChannel) } });
const joining = operation("joinChannel", "Join a channel or follow a timeline, or ask to", {
	answers: joinAnswers,
	errors: ["invite_only", "group_archived", "own_timeline"],
});
const leaving = operation("leaveChannel", "Leave a channel or unfollow a timeline", {
	answers: { 204: empty() },
	errors: ["owner_leaves"],
});

const channelsPath = "/api/groups/:g/channels";

export const channelRoutes = ({ context }: Services) => [
	route("POST", channelsPath, "member", "manage", creating, (call) => makeChannel(context, call)),
	route("GET", channelsPath, "reader", "read", listing, (call) => listChannels(context, call)),
	route("GET", `${channelsPath}/:c`, "reader", "read", showing, (call) => showChannel(context, call)),
	route("POST", `${channelsPath}/:c/join`, "participant", "manage", joining, (call) => join(context, call)),
	route("POST", `${channelsPath}/:c/leave`, "participant", "manage", leaving, (call) => leaveChannel(context, call)),
];

async function makeChannel(
	context: CoreContext,
	{ params, account, body, once }: CallOf<typeof creating>,
): Promise<AnswerOf<typeof creating>> {
	const { group } = await visibleGroup(context, params.g as string, account);
	const { channel, replayed } = await createChannel(context, account, group, channelFieldsOf(context, body), once);
	return created(
		apiChannelPath({ group, channel }),
		presentChannel(context, await withCircle(context, { group, channel })),
		replayedHeader(replayed),
	);
}

async function listChannels(context: CoreContext, { params, reader }: Call): Promise<AnswerOf<typeof listing>> {
	const { channels } = await visibleGroup(context, params.g as string, reader);
	return ok({ items: channels.map((place) => presentChannel(context, place)), page: {} });
}

const showChannel = async (context: CoreContext, call: Call): Promise<AnswerOf<typeof showing>> =>
	ok(presentChannel(context, await placeOfCall(context, call)));

async function join(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof joining>> {
	const place = await readableChannel(context, params.g as string, params.c as string, account);
	return joinAnswer(context, await joinChannel(context, place, account));
}

async function leaveChannel(context: CoreContext, { params, account }: Call): Promise<AnswerOf<typeof leaving>> {
	await leave(context, await placeToLeave(context, params.g as string, params.c as string, account), account);
	return noContent;
}
