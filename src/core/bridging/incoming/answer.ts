import { accountById } from "../../accounts/find-account.ts";
import { eventByName } from "../../events/epochs.ts";
import { membershipId, memberships } from "../../groups/membership.ts";
import { changeMembership } from "../../groups/membership-change.ts";
import type { MembershipChange } from "../../groups/membership-events.ts";
import type { AccountId } from "../../ids.ts";
import type { Account } from "../../model/account.ts";
import type { Membership } from "../../model/membership.ts";
import type { RemoteEvent } from "../../ports/bridge/remote-event.ts";
import { type IncomingBatch, ignored, type Receiver, requestOf, resolved } from "./batch.ts";

/** The owner of a remote timeline accepts or denies the join of a local account, or removes it later. */
export const receiveAnswer: Receiver<"answer"> = async (batch, sender, event) => {
	const account = await accountById(batch.context, event.account);
	if (account === undefined) return ignored("unknown-target");
	await batch.flush();
	const isOfThisJoin = event.join === undefined || (await asked(batch, sender, account, event.join));
	if (!isOfThisJoin) return ignored("unknown-target");
	const changed = event.accepted
		? await change(batch, sender, account, event, (now) => (now.state === "requested" ? "joined" : undefined))
		: await endFollow(batch, sender, account.id, event);
	return resolved(changed ? { status: "accepted" } : { status: "duplicate" });
};

/** Ends the follow of a remote timeline, or the request for it, in the name of its owner. Resolves with whether there was one. */
export async function endFollow(
	batch: IncomingBatch,
	owner: Account,
	follower: AccountId,
	event: RemoteEvent,
): Promise<boolean> {
	const account = await accountById(batch.context, follower);
	if (account === undefined) return false;
	return change(batch, owner, account, event, (now) =>
		now.state === "joined" || now.state === "requested" ? "denied" : undefined,
	);
}

async function change(
	batch: IncomingBatch,
	owner: Account,
	account: Account,
	event: RemoteEvent,
	stateAfter: (now: Membership) => Membership["state"] | undefined,
): Promise<boolean> {
	const { changed } = await changeMembership(
		batch.context,
		owner.timeline,
		account,
		(now) => {
			const state = now === undefined ? undefined : stateAfter(now);
			return state === undefined ? undefined : { state };
		},
		{ actor: owner, ...requestOf(batch, event) },
	);
	return changed;
}

/** Whether an event is the request of this account to join the timeline, and no later request has replaced it. */
async function asked({ context }: IncomingBatch, owner: Account, account: Account, join: string): Promise<boolean> {
	const event = await eventByName(context, join);
	if (event?.type !== "member.requested" || event.stream !== owner.timeline) return false;
	const { membership } = event.body as MembershipChange;
	const now = (await context.store.get(memberships, membershipId(owner.timeline, account.id)))?.doc;
	// The request is followed by its acceptance; whatever comes after that is another follow.
	return membership.account === account.id && (now?.generation ?? 0) - membership.generation <= 1;
}
