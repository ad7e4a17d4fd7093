import { circleOf } from "../../access/circle.ts";
import { accountById } from "../../accounts/find-account.ts";
import { changeMembership } from "../../groups/membership-change.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import type { JoinTarget } from "../../ports/bridge/remote-event.ts";
import { type IncomingBatch, ignored, type Receiver, requestOf, resolved } from "./batch.ts";

/** The place that a remote account asks to join: an open channel or the timeline of a local account; `undefined` if it can't be joined. */
async function joinable(batch: IncomingBatch, target: JoinTarget): Promise<Place | undefined> {
	if (target.kind === "room") return batch.linkedRoom(target.room);
	const account = target.kind === "account" ? await accountById(batch.context, target.account) : undefined;
	if (account?.deletedAt !== undefined) return undefined;
	const channel = target.kind === "channel" ? target.channel : account?.timeline;
	const place = channel === undefined ? undefined : await placeOf(batch.context, channel);
	if (place === undefined || place.channel.kind === "shadow") return undefined;
	return (await circleOf(batch.context, place)).leaves === "anywhere" ? place : undefined;
}

/** A remote account joins (follows), at once or upon approval, as the join policy says. It is notified of acceptance or denial. */
export const receiveJoin: Receiver<"join"> = async (batch, sender, event) => {
	const place = await joinable(batch, event.target);
	if (place === undefined) return ignored("unknown-place");
	const { joinPolicy } = place.group;
	const isRoom = event.target.kind === "room";
	const state = isRoom || joinPolicy === "open" ? "joined" : joinPolicy === "approval" ? "requested" : "denied";
	await batch.flush();
	const { changed } = await changeMembership(
		batch.context,
		place.channel.id,
		sender,
		(now) => {
			// Members of a linked room receive messages through the room, so a join there does not change an existing follow.
			if (isRoom) return now?.state === "joined" ? undefined : { state };
			const request = { bridge: batch.bridge, raw: event.raw };
			return {
				state: now?.state === "joined" ? "joined" : state,
				role: now?.role ?? "member",
				request,
				...(sender.reach === undefined ? {} : { reach: sender.reach }),
			};
		},
		{ request: requestOf(batch, event), federate: !isRoom && state !== "requested" },
	);
	return resolved(changed ? { status: "accepted" } : { status: "duplicate" });
};

/** A remote account leaves (unfollows). */
export const receiveLeave: Receiver<"leave"> = async (batch, sender, event) => {
	const place = await joinable(batch, event.target);
	if (place === undefined) return ignored("unknown-place");
	await batch.flush();
	const { changed } = await changeMembership(
		batch.context,
		place.channel.id,
		sender,
		(now) => {
			if (now?.state !== "joined" && now?.state !== "requested") return undefined;
			// A person who leaves the room may still follow from another network.
			return event.target.kind === "room" && now.reach !== undefined ? undefined : { state: "left" };
		},
		{ request: requestOf(batch, event) },
	);
	return resolved(changed ? { status: "accepted" } : { status: "duplicate" });
};

/** The owner of a remote timeline accepts or denies the join of a local account, or removes it later. */
export const receiveAnswer: Receiver<"answer"> = async (batch, sender, event) => {
	const account = await accountById(batch.context, event.account);
	if (account === undefined) return ignored("unknown-target");
	await batch.flush();
	const { changed } = await changeMembership(
		batch.context,
		sender.timeline,
		account,
		(now) => {
			if (now === undefined || now.state === "left") return undefined;
			if (event.accepted) return now.state === "requested" ? { state: "joined" } : undefined;
			return now.state === "denied" ? undefined : { state: "denied" };
		},
		{ actor: sender, request: requestOf(batch, event) },
	);
	return resolved(changed ? { status: "accepted" } : { status: "duplicate" });
};
