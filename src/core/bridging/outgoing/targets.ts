import { type Circle, circleOf, sentTo } from "../../access/circle.ts";
import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import type { Place } from "../../groups/place.ts";
import type { AccountId, BridgeName } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Membership } from "../../model/membership.ts";
import type { Reach } from "../../model/reach.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import { audienceId, audiences, targetOf } from "../audience.ts";
import { audienceOf, roomsOf } from "./audience-of.ts";
import { reachedSince, type Withdrawn } from "./reached-since.ts";

/** An event in a channel, as far as its delivery targets depend on it. */
export interface Publication extends Place {
	/** The network that the event came from; absent for one of this provider. */
	readonly origin?: BridgeName;
	readonly author: Account;
	/** The accounts that it addresses, be they members or not: the author of the parent, and those that it mentions. */
	readonly people: readonly AccountId[];
}

/** Finds the delivery targets of an event in a channel. */
export interface Targets {
	/** Every target once, except the origin. */
	of(publication: Publication): Promise<readonly Reach[]>;
	/** Whether there is any target. */
	any(publication: Publication): Promise<boolean>;
	/** The rooms that an account's ghost is in. */
	roomsOf(account: Account): Promise<readonly Reach[]>;
	/** Every target that may have a message or reaction which an event withdraws, except the origin of that event. */
	ofWithdrawal(publication: Publication, withdrawn: Withdrawn): Promise<readonly Reach[]>;
}

type Reader = Pick<CoreContext, "store">;

/** @param bridges a function, since the bridges are created later */
export function createTargets(context: Reader, bridges: () => readonly Bridge[]): Targets {
	/**
	 * An event that came from a network is not sent back to it, except in a room on a network whose channels relay a member's messages
	 * to the other members.
	 */
	const isDelivered = ({ origin, channel }: Publication, reach: Reach): boolean => {
		if (origin !== reach.bridge) return true;
		const bridge = bridges().find((b) => b.name === origin);
		return bridge?.capabilities.relays === true && channel.kind === "room";
	};
	const staysHere = ({ author }: Publication, { leaves }: Circle): boolean =>
		leaves === "nowhere" || (!author.bridgeable && author.origin !== undefined);

	async function* candidates(publication: Publication, circle: Circle): AsyncGenerator<Reach> {
		for await (const reach of audienceOfCircle(context, publication, circle))
			if (isDelivered(publication, reach)) yield reach;
		yield* homesOf(publication);
	}

	/** The homes of the people whom an event addresses; a post in a shadow is also delivered to the shadow's home. */
	async function* homesOf({ channel, people, origin }: Publication): AsyncGenerator<Reach> {
		for (const id of channel.kind === "shadow" ? [channel.owner, ...people] : people) {
			const reach = (await accountById(context, id))?.reach;
			if (reach !== undefined && origin !== reach.bridge) yield reach;
		}
	}

	return {
		async of(publication) {
			const circle = await circleOf(context, publication);
			if (staysHere(publication, circle)) return [];
			const found = new Map<string, Reach>();
			for await (const reach of candidates(publication, circle)) found.set(targetOf(reach), reach);
			return [...found.values()];
		},
		async any(publication) {
			const circle = await circleOf(context, publication);
			if (staysHere(publication, circle)) return false;
			for await (const _ of candidates(publication, circle)) return true;
			return false;
		},
		async roomsOf(account) {
			const rooms = await Promise.all(bridges().map(async (bridge) => bridge.roomsOf?.(account) ?? []));
			return rooms.flat().filter(({ bridge }) => bridge !== account.origin?.bridge);
		},
		async ofWithdrawal(publication, withdrawn) {
			const circle = await circleOf(context, publication);
			const places = withdrawn.sentTo ?? (staysHere(publication, circle) ? [] : sentTo(circle, publication.channel));
			const found = new Map<string, Reach>();
			for await (const reach of reachedSince(context, publication.channel, places, withdrawn))
				if (isDelivered(publication, reach)) found.set(targetOf(reach), reach);
			if (places.length > 0) for await (const reach of homesOf(publication)) found.set(targetOf(reach), reach);
			return [...found.values()];
		},
	};
}

/** The targets with readers of a circle: for an open channel all members and linked rooms, otherwise the homes of its readers. */
async function* audienceOfCircle(context: Reader, { channel }: Place, circle: Circle): AsyncGenerator<Reach> {
	if (circle.leaves === "anywhere") return yield* audienceOf(context, channel.id);
	for (const readers of circle.readers) {
		if (readers.kind !== "joined") continue;
		// A linked room is not a member, so it does not receive messages that are for members only.
		const rooms = await roomsOf(context, readers.place);
		for await (const reach of audienceOf(context, readers.place)) if (!rooms.has(targetOf(reach))) yield reach;
	}
}

/** True if a target has members of a place behind it now, or is a room that is linked to it. */
export async function isInAudience(context: Reader, place: Membership["place"], reach: Reach): Promise<boolean> {
	const audience = await context.store.get(audiences, audienceId(place, reach));
	return audience !== undefined && audience.doc.members > 0;
}

/** A delivery target, or a whole host, which may have many targets. */
export type Home = Pick<Reach, "bridge" | "lane"> & Partial<Reach>;

/** True if a target or host is the home of a reader of a message that is for its readers only. */
export async function isHomeOfReader(context: Reader, circle: Circle, home: Home): Promise<boolean> {
	for (const readers of circle.readers) {
		if (readers.kind === "joined" && (await hasMembers(context, readers.place, home))) return true;
		if (readers.kind === "named" && (await isHomeOfAny(context, readers.accounts, home))) return true;
	}
	return false;
}

/** True if there are members of a place behind a target, or at a host. A linked room is not a member. */
async function hasMembers(context: Reader, place: Membership["place"], { target, ...host }: Home): Promise<boolean> {
	if (target !== undefined) {
		const reach = { ...host, target };
		return (await isInAudience(context, place, reach)) && !(await roomsOf(context, place)).has(targetOf(reach));
	}
	const rooms = await roomsOf(context, place);
	for await (const reach of audienceOf(context, place))
		if (isAt(reach, host) && !rooms.has(targetOf(reach))) return true;
	return false;
}

/** True if a target or host is at the home of one of these accounts. */
export async function isHomeOfAny(context: Reader, accounts: Iterable<AccountId>, home: Home): Promise<boolean> {
	for (const id of accounts) if (isAt((await accountById(context, id))?.reach, home)) return true;
	return false;
}

/** True if a target is at a host. An account may have got another inbox there while a delivery waited. */
const isAt = (reach: Reach | undefined, { bridge, lane }: Home): boolean =>
	reach?.bridge === bridge && reach.lane === lane;
