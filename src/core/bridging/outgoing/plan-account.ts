import { accountById } from "../../accounts/find-account.ts";
import type { CoreContext } from "../../events/context.ts";
import type { EventOf } from "../../events/event.ts";
import { memberships } from "../../groups/membership.ts";
import { placeOf } from "../../groups/place.ts";
import type { AccountId, ChannelId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import { ownerOf } from "../../model/channel.ts";
import type { Membership } from "../../model/membership.ts";
import type { Reach } from "../../model/reach.ts";
import { audienceId, audiences, targetOf } from "../audience.ts";
import { audienceOf, formerAudienceOf } from "./audience-of.ts";
import type { Planned, Planner } from "./planned.ts";

/** A changed profile is delivered to the followers and to the rooms that the account's ghost is in. */
export async function ofProfile(planner: Planner, { body }: EventOf<"account.updated">): Promise<Planned> {
	const account = await accountById(planner.context, body.account);
	if (account === undefined) return { reaches: [] };
	return {
		reaches: await collect(
			account,
			[audienceOf(planner.context, account.timeline)],
			await planner.targets.roomsOf(account),
		),
	};
}

/**
 * The deletion of an account is delivered to everyone who follows it or has followed it, to the people whom it follows, and to the rooms that
 * its ghost is in. Wherever else it has left something, it is delivered together with the deletion of that ({@link removalOfOwner}).
 */
export async function ofDeletedAccount(planner: Planner, { body }: EventOf<"account.deleted">): Promise<Planned> {
	const { context, targets } = planner;
	const account = await accountById(context, body.account);
	if (account === undefined) return { reaches: [] };
	const { timeline } = account;
	const everyone = [
		audienceOf(context, timeline),
		formerAudienceOf(context, timeline, 0),
		followedBy(context, account),
	];
	return { reaches: await collect(account, everyone, await targets.roomsOf(account)) };
}

/** Every target once, except those of the account's own network. */
async function collect(
	account: Account,
	lists: readonly AsyncIterable<Reach>[],
	rooms: readonly Reach[],
): Promise<readonly Reach[]> {
	const found = new Map(rooms.map((reach) => [targetOf(reach), reach]));
	for (const list of lists)
		for await (const reach of list) if (reach.bridge !== account.origin?.bridge) found.set(targetOf(reach), reach);
	return [...found.values()];
}

/** The homes of the people whom an account follows, or has asked to follow. */
async function* followedBy(context: CoreContext, account: Account): AsyncGenerator<Reach> {
	for (const state of ["joined", "requested", "left"] as const) {
		for await (const place of followsOf(context, account, state)) {
			const followed = await placeOf(context, place);
			const owner = followed === undefined ? undefined : ownerOf(followed.channel);
			const reach = owner === undefined ? undefined : (await accountById(context, owner))?.reach;
			if (reach !== undefined) yield reach;
		}
	}
}

/** The channels that an account follows, has asked to follow or has followed. */
async function* followsOf(
	{ store }: CoreContext,
	{ id }: Account,
	state: Membership["state"],
): AsyncGenerator<ChannelId> {
	const prefix = [id, "chn", state];
	for (let after: readonly [...string[], number, string] | undefined; ; ) {
		const page = await store.page(memberships, {
			index: "account",
			prefix,
			order: "asc",
			limit: 500,
			...(after === undefined ? {} : { after }),
		});
		for (const { doc } of page) yield doc.place as ChannelId;
		const last = page.at(-1)?.doc;
		if (last === undefined || page.length < 500) return;
		after = [...prefix, last.since, last.place];
	}
}

/**
 * If the owner of something that is withdrawn has been deleted, the targets of the withdrawal are told of the deletion, too. So it reaches
 * every host and room that has something of the account. Those who have ever followed it were told with the deletion itself.
 */
export async function removalOfOwner(
	{ context }: Planner,
	owner: AccountId,
	reaches: readonly Reach[],
): Promise<Pick<Planned, "removal">> {
	const account = await accountById(context, owner);
	if (account?.deletedAt === undefined) return {};
	const removal = await context.store.eventBy("natural", `deleted:${owner}`);
	if (removal === undefined) return {};
	const followers = await Promise.all(
		reaches.map((reach) => context.store.get(audiences, audienceId(account.timeline, reach))),
	);
	const { id, at, seq } = removal;
	return { removal: { id, at, seq, reaches: reaches.filter((_, i) => followers[i] === undefined) } };
}
