import { type Circle, circleOf } from "../../access/circle.ts";
import { accountById } from "../../accounts/find-account.ts";
import type { World } from "../../events/world.ts";
import type { Place } from "../../groups/place.ts";
import type { AccountId, BridgeName } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Membership } from "../../model/membership.ts";
import type { Reach } from "../../model/reach.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import { audienceId, audiences, targetOf } from "../audience.ts";
import { portalsOfChannel } from "../portals/find-portal.ts";

/** Something that was said in a channel, as far as it matters for who is told. */
export interface Said extends Place {
	/** The network it came from; absent: it was said here. */
	readonly origin?: BridgeName;
	readonly author: Account;
	/** The people it addresses, joined or not: the parent's author, those whom it names. */
	readonly people: readonly AccountId[];
}

/** Who is told of what is said in a channel. */
export interface Targets {
	/** Every target once, the echo left out. */
	of(said: Said): Promise<readonly Reach[]>;
	/** Whether there is any. */
	any(said: Said): Promise<boolean>;
}

/** Whether there is a target at all is asked for each remote message, which ones only for what goes out: pages grow. */
const pages = { first: 4, most: 500 };

type Reader = Pick<World, "store">;

export function createTargets(world: Reader, bridges: () => readonly Bridge[]): Targets {
	/**
	 * What came from a network is not sent back to it, but for a group's channel on a network whose channels pass on to their
	 * members what a member said.
	 */
	const passesOn = ({ origin, channel }: Said, reach: Reach): boolean => {
		if (origin !== reach.bridge) return true;
		const bridge = bridges().find((b) => b.name === origin);
		return bridge?.capabilities.relays === true && channel.kind === "room";
	};
	const isSilent = ({ author }: Said, { leaves }: Circle): boolean =>
		leaves === "nowhere" || (!author.bridgeable && author.origin !== undefined);

	async function* candidates(said: Said, circle: Circle): AsyncGenerator<Reach> {
		for await (const reach of audienceOfCircle(world, said, circle)) if (passesOn(said, reach)) yield reach;
		// The home of a shadow is told of what is said there; nobody else has asked for it.
		const people = said.channel.kind === "shadow" ? [said.channel.owner, ...said.people] : said.people;
		for (const id of people) {
			const reach = (await accountById(world, id))?.reach;
			if (reach !== undefined && said.origin !== reach.bridge) yield reach;
		}
	}

	return {
		async of(said) {
			const circle = await circleOf(world, said);
			if (isSilent(said, circle)) return [];
			const found = new Map<string, Reach>();
			for await (const reach of candidates(said, circle)) found.set(targetOf(reach), reach);
			return [...found.values()];
		},
		async any(said) {
			const circle = await circleOf(world, said);
			if (isSilent(said, circle)) return false;
			for await (const _ of candidates(said, circle)) return true;
			return false;
		},
	};
}

/** The targets at which a circle has readers: of an open channel everyone who joined, otherwise the homes of its members. */
async function* audienceOfCircle(world: Reader, { channel }: Place, circle: Circle): AsyncGenerator<Reach> {
	if (circle.leaves === "anywhere") return yield* audienceOf(world, channel.id);
	for (const readers of circle.readers) {
		if (readers.kind !== "joined") continue;
		// A linked room is no member: what is for members only is not for everyone in it.
		const rooms = await roomsOf(world, readers.place);
		for await (const reach of audienceOf(world, readers.place)) if (!rooms.has(targetOf(reach))) yield reach;
	}
}

async function roomsOf(world: Reader, place: Membership["place"]): Promise<ReadonlySet<string>> {
	const portals = await portalsOfChannel(world, place);
	return new Set(portals.map(({ reach }) => targetOf(reach)));
}

/**
 * True when a target is, at this moment, the home of somebody who may have a message that is for its readers only: asked again
 * for each of its deliveries, since a follower may have left while it waited.
 */
export async function isHomeOfReader(world: Reader, circle: Circle, reach: Reach): Promise<boolean> {
	for (const readers of circle.readers) {
		if (readers.kind === "joined") {
			const audience = await world.store.get(audiences, audienceId(readers.place, reach));
			const isMember = audience !== undefined && audience.doc.members > 0;
			if (isMember && !(await roomsOf(world, readers.place)).has(targetOf(reach))) return true;
		}
		if (readers.kind === "named") {
			for (const id of readers.accounts)
				if ((await accountById(world, id))?.reach?.target === reach.target) return true;
		}
	}
	return false;
}

/** The targets of a channel's joined members and linked rooms. */
export async function* audienceOf(world: Reader, place: Membership["place"]): AsyncGenerator<Reach> {
	let after: readonly [string, string] | undefined;
	for (let limit = pages.first; ; limit = pages.most) {
		const page = await world.store.page(audiences, {
			index: "channel",
			prefix: [place],
			order: "asc",
			limit,
			...(after === undefined ? {} : { after }),
		});
		for (const { doc } of page) yield doc.reach;
		const last = page.at(-1);
		if (last === undefined || page.length < limit) return;
		after = [place, targetOf(last.doc.reach)];
	}
}
