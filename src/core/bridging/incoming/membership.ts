import { circleOf } from "../../access/circle.ts";
import { accountById } from "../../accounts/find-account.ts";
import { changeMembership } from "../../groups/membership-change.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import { ownerOf } from "../../model/channel.ts";
import type { JoinTarget } from "../../ports/bridge/remote-event.ts";
import { endFollow } from "./answer.ts";
import { type IncomingBatch, ignored, isOvertaken, type Receiver, requestOf, resolved, sentAtOf } from "./batch.ts";
import { forgetBlocks, joinKey, mayComeBeforeJoin, wasBlockUndone, wasUndone } from "./overtaken.ts";

/** The channel that a remote account names: a linked room's, a channel, or the timeline of an account. */
async function placeNamed(batch: IncomingBatch, target: JoinTarget): Promise<Place | undefined> {
	if (target.kind === "room") return batch.linkedRoom(target.room);
	const account = target.kind === "account" ? await accountById(batch.context, target.account) : undefined;
	const channel = target.kind === "channel" ? target.channel : account?.timeline;
	return channel === undefined ? undefined : placeOf(batch.context, channel);
}

/** The place, if a remote account can join it: an open channel or the timeline of a local account that is not deleted. */
async function joinable(batch: IncomingBatch, target: JoinTarget): Promise<Place | undefined> {
	const place = await placeNamed(batch, target);
	if (place === undefined || target.kind === "room") return place;
	const owner = ownerOf(place.channel);
	if (owner !== undefined && (await accountById(batch.context, owner))?.deletedAt !== undefined) return undefined;
	if (place.channel.kind === "shadow") return undefined;
	return (await circleOf(batch.context, place)).leaves === "anywhere" ? place : undefined;
}

/** A remote account joins (follows), at once or upon approval, as the join policy says. It is notified of acceptance or denial. */
export const receiveJoin: Receiver<"join"> = async (batch, sender, event) => {
	const place = await joinable(batch, event.target);
	if (place === undefined) return ignored("unknown-place");
	await batch.flush();
	if (await wasUndone(batch, place.channel.id, sender.id, event)) return ignored("gone");
	const { joinPolicy } = place.group;
	const isRoom = event.target.kind === "room";
	const state = isRoom || joinPolicy === "open" ? "joined" : joinPolicy === "approval" ? "requested" : "denied";
	const { changed } = await changeMembership(
		batch.context,
		place.channel.id,
		sender,
		(now) => {
			if (now !== undefined && isOvertaken(batch, event, now, now.since)) return undefined;
			// Members of a linked room receive messages through the room, so a join there does not change an existing follow.
			if (isRoom) return now?.state === "joined" ? undefined : { state, ...sentAtOf(batch, event) };
			// A follower who asks again is answered again: the first answer may have been lost.
			const request = { bridge: batch.bridge, id: event.id, raw: event.raw };
			return {
				state: now?.state === "joined" ? "joined" : state,
				role: now?.role ?? "member",
				request,
				...(sender.reach === undefined ? {} : { reach: sender.reach }),
				...sentAtOf(batch, event),
			};
		},
		{ ...requestOf(batch, event), federate: (now) => !isRoom && now !== "requested" },
	);
	return resolved(changed ? { status: "accepted" } : { status: "duplicate" });
};

/**
 * A remote account leaves (unfollows), whatever the place has become. A leave that overtook its join is remembered for a while, so that
 * the join has no effect when it arrives.
 */
export const receiveLeave: Receiver<"leave"> = async (batch, sender, event) => {
	const place = await placeNamed(batch, event.target);
	if (place === undefined || place.channel.kind === "shadow") return ignored("unknown-place");
	if (event.blocked === true && (await wasBlockUndone(batch, event, place.channel.id, sender.id)))
		return ignored("gone");
	await batch.flush();
	const ended =
		event.blocked === true &&
		event.target.kind === "account" &&
		(await endFollow(batch, sender, event.target.account, event));
	const { membership, changed } = await changeMembership(
		batch.context,
		place.channel.id,
		sender,
		(now) => {
			if (now?.state !== "joined" && now?.state !== "requested") return undefined;
			if (isOvertaken(batch, event, now, now.since)) return undefined;
			// A person who leaves the room may still follow from another network.
			if (event.target.kind === "room" && now.reach !== undefined) return undefined;
			const { request } = now;
			return { state: "left", ...(request === undefined ? {} : { request }), ...sentAtOf(batch, event) };
		},
		{ ...requestOf(batch, event), origin: batch.bridge },
	);
	if (changed) return resolved({ status: "accepted" });
	const isMember = membership?.state === "joined" || membership?.state === "requested";
	const isEarly = !isMember && mayComeBeforeJoin(event, membership);
	const isRemembered =
		isEarly && (await batch.parkedEvents.park(batch.bridge, joinKey(place.channel.id, sender.id), event));
	if (ended) return resolved({ status: "accepted" });
	return resolved({ status: isRemembered ? "parked" : "duplicate" });
};

/**
 * The end of a block. A block that arrived while there was no follow no longer keeps the sender from following. If the block itself has not
 * arrived yet, this is remembered for a while, so that the block has no effect when it arrives.
 */
export const receiveUnblock: Receiver<"unblock"> = async (batch, sender, event) => {
	const place = await placeNamed(batch, event.target);
	if (place === undefined) return ignored("unknown-place");
	await batch.flush();
	if (await forgetBlocks(batch, place.channel.id, sender.id)) return resolved({ status: "accepted" });
	const isRemembered =
		event.overtook !== undefined &&
		(await batch.parkedEvents.park(batch.bridge, joinKey(place.channel.id, sender.id), event));
	return resolved({ status: isRemembered ? "parked" : "duplicate" });
};
