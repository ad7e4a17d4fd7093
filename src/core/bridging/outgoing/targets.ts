import { canFederate } from "../../access/access.ts";
import { accountById } from "../../accounts/find-account.ts";
import type { World } from "../../events/world.ts";
import type { Place } from "../../groups/place.ts";
import type { AccountId, BridgeName, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Reach } from "../../model/reach.ts";
import type { Bridge } from "../../ports/bridge/bridge.ts";
import { audiences, targetOf } from "../audience.ts";

/** Something that was said in a channel, as far as it matters for who is told. */
export interface Said extends Place {
	/** The network it came from; absent: it was said here. */
	readonly origin?: BridgeName;
	readonly author: Account;
	/** Whom it speaks to, joined or not: the parent's author, people it names. */
	readonly people: readonly AccountId[];
}

/** Who is told of what is said in a channel. */
export interface Targets {
	/** Every target once, the echo left out. */
	of(said: Said): Promise<readonly Reach[]>;
	/** Whether there is any. */
	any(said: Said): Promise<boolean>;
}

/** Whether there is anybody is asked for each remote message, who they all are only for what goes out: pages grow. */
const pages = { first: 4, most: 500 };

export function createTargets(world: Pick<World, "store">, bridges: () => readonly Bridge[]): Targets {
	/**
	 * What came from a network is not sent back to it, but for a group's channel on a network whose channels pass on to their
	 * members what a member said.
	 */
	const passesOn = ({ origin, group, channel }: Said, reach: Reach): boolean => {
		if (origin !== reach.bridge) return true;
		const bridge = bridges().find((b) => b.name === origin);
		return bridge?.capabilities.relays === true && group.personal === undefined && channel.shadow !== true;
	};
	const isSilent = ({ channel, author }: Said): boolean =>
		!canFederate(channel) || (!author.bridgeable && author.origin !== undefined);

	async function* candidates(said: Said): AsyncGenerator<Reach> {
		for await (const reach of audienceOf(world, said.channel.id)) if (passesOn(said, reach)) yield reach;
		// The home of a shadow is told of what is said there; nobody else has asked for it.
		const people =
			said.channel.timelineOf !== undefined && said.channel.shadow === true
				? [said.channel.timelineOf, ...said.people]
				: said.people;
		for (const id of people) {
			const reach = (await accountById(world, id))?.reach;
			if (reach !== undefined && said.origin !== reach.bridge) yield reach;
		}
	}

	return {
		async of(said) {
			if (isSilent(said)) return [];
			const found = new Map<string, Reach>();
			for await (const reach of candidates(said)) found.set(targetOf(reach), reach);
			return [...found.values()];
		},
		async any(said) {
			if (isSilent(said)) return false;
			for await (const _ of candidates(said)) return true;
			return false;
		},
	};
}

/** The targets of a channel's joined members and linked rooms. */
export async function* audienceOf(world: Pick<World, "store">, channel: ChannelId): AsyncGenerator<Reach> {
	let after: readonly [string, string] | undefined;
	for (let limit = pages.first; ; limit = pages.most) {
		const page = await world.store.page(audiences, {
			index: "channel",
			prefix: [channel],
			order: "asc",
			limit,
			...(after === undefined ? {} : { after }),
		});
		for (const { doc } of page) yield doc.reach;
		const last = page.at(-1);
		if (last === undefined || page.length < limit) return;
		after = [channel, targetOf(last.doc.reach)];
	}
}
