import { may } from "../../access/permissions.ts";
import { accountById } from "../../accounts/find-account.ts";
import { Problem } from "../../errors.ts";
import { ensureFollowersChannel } from "../../groups/followers-channel.ts";
import { memberships } from "../../groups/membership.ts";
import type { Place } from "../../groups/place.ts";
import { type ChannelId, mintId } from "../../ids.ts";
import { checkContent } from "../../messages/check-content.ts";
import type { Account } from "../../model/account.ts";
import { type Message, noEnd } from "../../model/message.ts";
import type { Received, RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import {
	findMessage,
	type Intake,
	ignored,
	maySpeakIn,
	parkBehind,
	type Receiver,
	requestOf,
	type Step,
} from "./intake.ts";

type RemoteMessage = Extract<RemoteEvent, { kind: "message" }>;

/** Takes over a message from elsewhere: into its parent's channel, else to the place that its bridge names. */
export const receiveMessage: Receiver<"message"> = async (intake, sender, event) => {
	const key = remoteKey(intake.bridge, event.message);
	if (await wasRemoved(intake, sender, key)) return ignored("gone");
	const above = event.replyTo === undefined ? undefined : await findMessage(intake, event.replyTo);
	if (above === undefined && event.replyTo !== undefined && event.place.kind !== "room")
		return parkBehind(intake, event, event.replyTo);
	// What is for its author's followers would be seen by others in the place of what it answers.
	const isApart = event.place.kind === "followers" && above?.channel !== (await shadowOf(intake, sender));
	const parent = isApart ? undefined : above;
	const place = parent === undefined ? await placeNamed(intake, sender, event) : await intake.place(parent.channel);
	if (place === undefined) return ignored("unknown-place");
	const refusal = await refusalOf(intake, sender, place, event, parent);
	if (refusal !== undefined) return refusal;
	return post(intake, sender, place, event, parent, key);
};

/** A removal that came first stands guard: what was taken back before it arrived never appears. */
async function wasRemoved(intake: Intake, sender: Account, key: string): Promise<boolean> {
	const waiting = await intake.waiting.waitingFor(key);
	return waiting.some(
		({ parked: { event } }) =>
			(event.kind === "removal" || event.kind === "retraction") && event.sender.id === sender.origin?.id,
	);
}

async function placeNamed(
	intake: Intake,
	sender: Account,
	{ place, mentions }: RemoteMessage,
): Promise<Place | undefined> {
	if (place.kind === "room") return intake.linkedRoom(place.room);
	if (place.kind === "channel") return intake.place(place.channel);
	// What nobody here follows and nobody here is named in is not ours to keep.
	const followers = await intake.world.store.page(memberships, {
		index: "place",
		prefix: [sender.timeline, "joined"],
		order: "asc",
		limit: 1,
	});
	if (followers.length === 0 && (mentions ?? []).length === 0) return undefined;
	return intake.place(place.kind === "timeline" ? sender.timeline : await ensureFollowersChannel(intake.world, sender));
}

/** The channel of the people here who follow the sender, if there is one yet. */
const shadowOf = async ({ world }: Intake, sender: Account): Promise<ChannelId | undefined> =>
	(await accountById(world, sender.id))?.followers;

async function refusalOf(
	intake: Intake,
	sender: Account,
	place: Place,
	event: RemoteMessage,
	parent: Message | undefined,
): Promise<Step | undefined> {
	if (!(await maySpeakIn(intake, place, sender))) return ignored("not-allowed");
	const action = parent === undefined ? "post" : "reply";
	const question = `${action} ${place.channel.id} ${sender.id}`;
	if (!(await intake.once(question, () => may(intake.world, action, place, sender)))) {
		return ignored(place.channel.kind !== "room" && parent === undefined ? "not-owner" : "not-allowed");
	}
	if (!place.channel.allowedTypes.includes(event.type)) return ignored("not-allowed");
	try {
		checkContent(intake.world, event.type, event.content);
	} catch (error) {
		if (error instanceof Problem) return ignored("not-allowed");
		throw error;
	}
	return undefined;
}

async function post(
	intake: Intake,
	sender: Account,
	place: Place,
	event: RemoteMessage,
	parent: Message | undefined,
	natural: string,
): Promise<Step> {
	const { world, bridge } = intake;
	const id = mintId("msg", world.clock.now());
	const request = requestOf(intake, event);
	const mentions = event.mentions ?? [];
	const people = parent === undefined ? mentions : [parent.author, ...mentions];
	const isOwed = await intake.once(`owed ${place.channel.id} ${sender.id} ${people.join()}`, () =>
		intake.targets.any({ ...place, origin: bridge, author: sender, people }),
	);
	world.failPoints.hit("incoming:before-append");
	const appending = world.log.append({
		stream: place.channel.id,
		type: "message.posted",
		actor: sender.id,
		// Where the message is the event itself, one key says both.
		...(request === natural ? {} : { request }),
		natural,
		...(isOwed ? {} : { without: ["bridge"] as const }),
		body: {
			message: {
				id,
				group: place.group.id,
				channel: place.channel.id,
				author: sender.id,
				type: event.type,
				content: event.content,
				...(parent === undefined ? {} : { reply: { to: parent.id, author: parent.author } }),
				mentions,
				tags: event.tags ?? [],
				metadata: [],
				...(event.warning === undefined ? {} : { warning: event.warning }),
				origin: { bridge, id: event.message, ...(event.url === undefined ? {} : { url: event.url }) },
				editUntil: noEnd,
			},
			origin: bridge,
			raw: event.raw,
		},
	});
	const received = async (): Promise<Received> => {
		const { outcome } = await appending;
		world.failPoints.hit("incoming:after-append");
		return outcome === "appended" ? { status: "accepted", message: id } : { status: "duplicate" };
	};
	return { done: received() };
}
