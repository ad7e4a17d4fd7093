import { sentTo } from "../../access/circle.ts";
import { may } from "../../access/permissions.ts";
import { accountById } from "../../accounts/find-account.ts";
import { stillThere } from "../../accounts/still-there.ts";
import { Problem } from "../../errors.ts";
import { ensureFollowersChannel } from "../../groups/followers-channel.ts";
import { memberships } from "../../groups/membership.ts";
import type { Place } from "../../groups/place.ts";
import { type ChannelId, mintId } from "../../ids.ts";
import { checkContent } from "../../messages/check-content.ts";
import type { Account } from "../../model/account.ts";
import { type Message, noEnd } from "../../model/message.ts";
import type { MessageRef, Received, RemoteMessage } from "../../ports/bridge/remote-event.ts";
import { remoteKey } from "../../remote-key.ts";
import {
	circleIn,
	findMessage,
	type IncomingBatch,
	ignored,
	maySpeakIn,
	type PendingOutcome,
	parkBehind,
	type Receiver,
	sentAtOf,
	wasRemoved,
} from "./batch.ts";
import { fitContent, fitType } from "./fit-content.ts";

/** Posts a remote message in its parent's channel, or in the place that its bridge names. */
export const receiveMessage: Receiver<"message"> = async (batch, sender, event) => {
	const key = remoteKey(batch.bridge, event.message);
	if (await wasRemoved(batch, sender, key)) return ignored("gone");
	const above = event.replyTo === undefined ? undefined : await findMessage(batch, event.replyTo);
	if (above === undefined && event.replyTo !== undefined) {
		const waiting = await waitForParent(batch, sender, event, event.replyTo);
		if (waiting !== undefined) return waiting;
	}
	// A reply that is addressed to its author's followers would have other readers in the parent's channel.
	const isForFollowers = event.place.kind === "followers" && above?.channel !== (await shadowOf(batch, sender));
	const parent = isForFollowers ? undefined : above;
	const place = parent === undefined ? await placeNamed(batch, sender, event) : await batch.place(parent.channel);
	if (place === undefined) return ignored("unknown-place");
	const type = fitType(place.channel, event.type);
	const fitted = { ...event, type, content: fitContent(batch.context, type, event.content) };
	const refusal = await refusalOf(batch, sender, place, fitted, parent);
	if (refusal !== undefined) return refusal;
	return post(batch, sender, place, fitted, parent, key);
};

/**
 * Parks a reply whose parent is not here. The parent is looked for when the reply concerns us; other replies wait for it to arrive by
 * itself. `undefined`: the reply is kept without its parent, since that can't be had.
 */
async function waitForParent(
	batch: IncomingBatch,
	sender: Account,
	event: RemoteMessage,
	ref: MessageRef,
): Promise<PendingOutcome | undefined> {
	if (batch.occasion === "fetched") return undefined;
	if (event.place.kind === "room" && !batch.findsParents) return undefined;
	const concernsUs = await isWanted(batch, sender, event);
	if (concernsUs && (batch.occasion === "last" || "local" in ref)) return undefined;
	const outcome = await parkBehind(batch, event, ref, { isWanted: concernsUs && batch.occasion === "delivered" });
	if (!concernsUs || "local" in ref) return outcome;
	// There is no room for it: a flood must not lose it.
	if ((await outcome.done).status !== "parked") return undefined;
	if (batch.occasion === "delivered") batch.lookForParent(remoteKey(batch.bridge, ref.remote));
	return outcome;
}

/** Whether a message concerns us: it is in a linked room, its author has followers here, or it addresses one of ours. */
async function isWanted(batch: IncomingBatch, sender: Account, { place, mentions }: RemoteMessage): Promise<boolean> {
	if (place.kind === "room" || place.kind === "channel" || (mentions ?? []).length > 0) return true;
	const followers = await batch.context.store.page(memberships, {
		index: "place",
		prefix: [sender.timeline, "joined"],
		order: "asc",
		limit: 1,
	});
	return followers.length > 0;
}

async function placeNamed(batch: IncomingBatch, sender: Account, event: RemoteMessage): Promise<Place | undefined> {
	const { place } = event;
	if (place.kind === "room") return batch.linkedRoom(place.room);
	if (place.kind === "channel") return batch.place(place.channel);
	if (batch.occasion !== "fetched" && !(await isWanted(batch, sender, event))) return undefined;
	const channel = place.kind === "timeline" ? sender.timeline : await ensureFollowersChannel(batch.context, sender);
	return channel === undefined ? undefined : batch.place(channel);
}

/** The channel of the sender's followers here, if it exists yet. */
const shadowOf = async ({ context }: IncomingBatch, sender: Account): Promise<ChannelId | undefined> =>
	(await accountById(context, sender.id))?.followers;

async function refusalOf(
	batch: IncomingBatch,
	sender: Account,
	place: Place,
	event: RemoteMessage,
	parent: Message | undefined,
): Promise<PendingOutcome | undefined> {
	if (!(await maySpeakIn(batch, place, sender))) return ignored("not-allowed");
	const action = parent === undefined ? "post" : "reply";
	const question = `${action} ${place.channel.id} ${sender.id}`;
	if (!(await batch.decideOnce(question, () => may(batch.context, action, place, sender)))) {
		return ignored(place.channel.kind !== "room" && parent === undefined ? "not-owner" : "not-allowed");
	}
	if (!place.channel.allowedTypes.includes(event.type)) return ignored("not-allowed");
	try {
		checkContent(batch.context, event.type, event.content);
	} catch (error) {
		if (error instanceof Problem) return ignored("not-allowed");
		throw error;
	}
	return undefined;
}

/** The time that the sender gives, unless it lies in the future or before there were clocks that could give it. */
const timeOf = ({ publishedAt }: RemoteMessage, now: number): Partial<Message> =>
	publishedAt !== undefined && publishedAt >= 0 && publishedAt < now ? { publishedAt } : {};

/** The id of a parent that a message of this network names, and that is not here. */
const unknownParent = ({ replyTo, place }: RemoteMessage, parent: Message | undefined): Partial<Message> =>
	parent === undefined && replyTo !== undefined && "remote" in replyTo && place.kind !== "room"
		? { replyToUnknown: replyTo.remote }
		: {};

async function post(
	batch: IncomingBatch,
	sender: Account,
	place: Place,
	event: RemoteMessage,
	parent: Message | undefined,
	natural: string,
): Promise<PendingOutcome> {
	const { context, bridge } = batch;
	const id = mintId("msg", context.clock.now());
	const { sentAt } = sentAtOf(batch, event);
	const revised = sentAt === undefined ? {} : { revisedAt: sentAt };
	const mentions = event.mentions ?? [];
	const people = parent === undefined ? mentions : [parent.author, ...mentions];
	const isOwed = await batch.decideOnce(`owed ${place.channel.id} ${sender.id} ${people.join()}`, () =>
		batch.targets.any({ ...place, origin: bridge, author: sender, people }),
	);
	// The messages of a person who objects to bridging stay here.
	const places = sender.bridgeable ? sentTo(await circleIn(batch, place), place.channel) : [];
	context.failPoints.hit("incoming:before-append");
	const appending = context.log.append(
		{
			stream: place.channel.id,
			type: "message.posted",
			actor: sender.id,
			// Only the message's own id makes it new; the id of the event that brings it may have been used before.
			natural,
			...(isOwed ? {} : { without: ["bridge"] as const }),
			body: {
				message: {
					id,
					group: place.group.id,
					channel: place.channel.id,
					author: sender.id,
					...(place.channel.kind === "room" ? { inRoom: true as const } : {}),
					type: event.type,
					content: event.content,
					...(parent === undefined ? {} : { reply: { to: parent.id, author: parent.author } }),
					...unknownParent(event, parent),
					...timeOf(event, context.clock.now()),
					mentions,
					tags: event.tags ?? [],
					metadata: [],
					...(event.warning === undefined ? {} : { warning: event.warning }),
					origin: {
						bridge,
						id: event.message,
						...(event.url === undefined ? {} : { url: event.url }),
						...(event.place.kind === "room" ? { room: event.place.room } : {}),
					},
					sentTo: places,
					...revised,
					editUntil: noEnd,
				},
				origin: bridge,
				raw: event.raw,
			},
		},
		{ premises: [stillThere(sender)] },
	);
	const received = async (): Promise<Received> => {
		const { outcome } = await appending;
		context.failPoints.hit("incoming:after-append");
		if (outcome === "moved") return { status: "ignored", reason: "gone" };
		return outcome === "appended" ? { status: "accepted", message: id } : { status: "duplicate" };
	};
	return { done: received() };
}
