import type { CoreContext } from "../../events/context.ts";
import type { EventOf } from "../../events/event.ts";
import { rulesOf } from "../../groups/tiers.ts";
import type { BridgeName } from "../../ids.ts";
import { type Account, isLocal } from "../../model/account.ts";
import { isTimeline } from "../../model/channel.ts";
import type { Requester } from "../../ports/bridge/requester.ts";
import type { LogEvent } from "../../ports/store.ts";
import type { Prepared } from "../outgoing/prepare.ts";
import { messageWithOpenPlace, openPlace } from "./open-place.ts";

interface Told {
	readonly bridge: BridgeName;
	readonly event: LogEvent;
	readonly prepared: Prepared;
}
type Of<K extends Prepared["kind"]> = Extract<Prepared, { readonly kind: K }>;

/** Whether an event, as a bridge's network was told of it, may be seen by anyone, or by `reader`. */
export async function maySeeEvent(
	context: CoreContext,
	{ bridge, event, prepared }: Told,
	reader: Requester | undefined,
): Promise<boolean> {
	switch (prepared.kind) {
		case "profile":
			return prepared.actor.deletedAt === undefined;
		case "account-removal":
			return true;
		case "departure":
			return false;
		case "message":
		case "edit":
		case "removal":
			return (await messageWithOpenPlace(context, prepared.subject.message.id, reader)) !== undefined;
		case "reaction":
		case "unreaction":
			return maySeeReaction(context, prepared, reader);
		case "join":
		case "leave":
			return maySeeFollow(context, { bridge, event, prepared }, reader);
		case "answer":
			if (prepared.account.origin?.bridge !== bridge) return false;
			if (speaksFor(reader, prepared.account)) return true;
			// The list of followers is public, but not who was refused.
			return prepared.accepted && (await openPlace(context, prepared, reader)) !== undefined;
		case "link":
		case "unlink":
			return false;
	}
}

/** A reaction is as public as its message, be that published here or at its own home; the author of the message was told of it. */
async function maySeeReaction(
	context: CoreContext,
	{ channel, subject }: Of<"reaction" | "unreaction">,
	reader: Requester | undefined,
): Promise<boolean> {
	if (speaksFor(reader, subject.author)) return true;
	if (channel.kind === "shadow" && isTimeline(channel)) return (await rulesOf(context, channel.tier)).read === "anyone";
	return (await messageWithOpenPlace(context, subject.message.id, reader)) !== undefined;
}

/** Whom an account follows is public. What it only asked for is known to the one who was asked. */
async function maySeeFollow(
	context: CoreContext,
	{ bridge, event, prepared: { kind, actor, owner } }: Told & { readonly prepared: Of<"join" | "leave"> },
	reader: Requester | undefined,
): Promise<boolean> {
	if (event.type !== (kind === "join" ? "member.requested" : "member.left")) return false;
	if (!isLocal(actor) || actor.deletedAt !== undefined || owner.origin?.bridge !== bridge) return false;
	if (speaksFor(reader, owner)) return true;
	const { place, account, generation } = (event as EventOf<"member.requested">).body.membership;
	const accepted = generation + (kind === "join" ? 1 : -1);
	return (await context.store.eventBy("natural", `member:${place}:${account}:${accepted}`))?.type === "member.joined";
}

/** Whether a requester is this account, or its home. */
const speaksFor = (requester: Requester | undefined, { id, reach }: Account): boolean =>
	requester?.kind === "server"
		? reach?.bridge === requester.bridge && reach.lane === requester.lane
		: requester?.id === id;
