import { circleOf } from "../../access/circle.ts";
import { accountById } from "../../accounts/find-account.ts";
import { changeMembership } from "../../groups/membership-change.ts";
import { type Place, placeOf } from "../../groups/place.ts";
import type { JoinTarget } from "../../ports/bridge/remote-event.ts";
import { ended, type Intake, ignored, type Receiver, requestOf } from "./intake.ts";

/** What a person elsewhere can join: an open channel, or the timeline of one of our people. */
async function joinable(intake: Intake, target: JoinTarget): Promise<Place | undefined> {
	if (target.kind === "room") return intake.linkedRoom(target.room);
	const account = target.kind === "account" ? await accountById(intake.world, target.account) : undefined;
	if (account?.deletedAt !== undefined) return undefined;
	const channel = target.kind === "channel" ? target.channel : account?.timeline;
	const place = channel === undefined ? undefined : await placeOf(intake.world, channel);
	if (place === undefined || place.channel.kind === "shadow") return undefined;
	return (await circleOf(intake.world, place)).leaves === "anywhere" ? place : undefined;
}

/** Somebody elsewhere joins (follows): at once or upon approval, as the group's policy says. They are told when they are in. */
export const receiveJoin: Receiver<"join"> = async (intake, sender, event) => {
	const place = await joinable(intake, event.target);
	if (place === undefined) return ignored("unknown-place");
	const { joinPolicy } = place.group;
	const isRoom = event.target.kind === "room";
	const state = isRoom || joinPolicy === "open" ? "joined" : joinPolicy === "approval" ? "requested" : "denied";
	await intake.flush();
	const { changed } = await changeMembership(
		intake.world,
		place.channel.id,
		sender,
		(now) => {
			// A room's people hear of everything through the room: being in it changes nothing for who follows already.
			if (isRoom) return now?.state === "joined" ? undefined : { state };
			const request = { bridge: intake.bridge, raw: event.raw };
			return {
				state: now?.state === "joined" ? "joined" : state,
				role: now?.role ?? "member",
				request,
				...(sender.reach === undefined ? {} : { reach: sender.reach }),
			};
		},
		{ request: requestOf(intake, event), federate: !isRoom && state !== "requested" },
	);
	return ended(changed ? { status: "accepted" } : { status: "duplicate" });
};

/** Somebody elsewhere leaves (unfollows). */
export const receiveLeave: Receiver<"leave"> = async (intake, sender, event) => {
	const place = await joinable(intake, event.target);
	if (place === undefined) return ignored("unknown-place");
	await intake.flush();
	const { changed } = await changeMembership(
		intake.world,
		place.channel.id,
		sender,
		(now) => {
			if (now?.state !== "joined" && now?.state !== "requested") return undefined;
			// Who leaves the room may still follow from elsewhere.
			return event.target.kind === "room" && now.reach !== undefined ? undefined : { state: "left" };
		},
		{ request: requestOf(intake, event) },
	);
	return ended(changed ? { status: "accepted" } : { status: "duplicate" });
};

/** The owner of a timeline elsewhere answers one of ours who asked to join it, or sends them away again. */
export const receiveAnswer: Receiver<"answer"> = async (intake, sender, event) => {
	const account = await accountById(intake.world, event.account);
	if (account === undefined) return ignored("unknown-target");
	await intake.flush();
	const { changed } = await changeMembership(
		intake.world,
		sender.timeline,
		account,
		(now) => {
			if (now === undefined || now.state === "left") return undefined;
			if (event.accepted) return now.state === "requested" ? { state: "joined" } : undefined;
			return now.state === "denied" ? undefined : { state: "denied" };
		},
		{ actor: sender, request: requestOf(intake, event) },
	);
	return ended(changed ? { status: "accepted" } : { status: "duplicate" });
};
