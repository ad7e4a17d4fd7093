import { follow } from "../access/join-channel.ts";
import { accountById } from "../accounts/find-account.ts";
import { stillThere } from "../accounts/still-there.ts";
import { NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { memberships } from "../groups/membership.ts";
import { changeMembership } from "../groups/membership-change.ts";
import { placeOf } from "../groups/place.ts";
import type { Account } from "../model/account.ts";
import type { Membership } from "../model/membership.ts";
import { roadsOf, unchanged } from "./same-person.ts";

/** How many memberships are moved at once. */
const batch = 200;

/**
 * Makes two accounts of one person one: the one that can be delivered to, or else the older one, gets the memberships, the followers here
 * and the address of both. What the other one has said stays with it, under the same address.
 *
 * It can be repeated: the accounts are found as two until what they had has moved. A handle that is left to be changed then is changed when
 * the person is next heard of.
 *
 * @param handle the handle that both homes have confirmed
 * @returns the account that remains
 */
export async function mergeAccounts(context: CoreContext, a: Account, b: Account, handle: string): Promise<Account> {
	const [into, from] = (a.reach !== undefined) === (b.reach !== undefined) ? byAge(a, b) : byReach(a, b);
	await moveMemberships(context, from, into);
	await moveFollowers(context, from, into);
	await context.log.append(
		{
			stream: from.id,
			type: "account.updated",
			actor: from.id,
			natural: `merged:${from.id}`,
			without: ["bridge"],
			body: { account: from.id, changes: { handle, mergedInto: into.id } },
		},
		{ premises: [stillThere(from), stillThere(into)] },
	);
	await addRoadsOf(context, into, from, handle);
	return (await accountById(context, into.id)) ?? into;
}

const byAge = (a: Account, b: Account): [Account, Account] => (a.createdAt <= b.createdAt ? [a, b] : [b, a]);
const byReach = (a: Account, b: Account): [Account, Account] => (a.reach === undefined ? [b, a] : [a, b]);

async function addRoadsOf(context: CoreContext, into: Account, from: Account, handle: string): Promise<void> {
	for (let now = into; ; now = (await accountById(context, into.id)) ?? now) {
		const known = roadsOf(now).map(({ bridge, id }) => `${bridge} ${id}`);
		const added = roadsOf(from).filter(({ bridge, id }) => !known.includes(`${bridge} ${id}`));
		if (now.deletedAt !== undefined) return;
		if (added.length === 0 && now.handle === handle && now.isProven === true) return;
		const changes = { handle, isProven: true, roads: [...(now.roads ?? []), ...added] } as const;
		const { outcome } = await context.log.append(
			{
				stream: now.id,
				type: "account.updated",
				actor: now.id,
				without: ["bridge"],
				body: { account: now.id, changes },
			},
			{ premises: [unchanged(now)] },
		);
		if (outcome === "appended") return;
	}
}

/**
 * What the account has joined, or asked to join: groups before their channels, since a membership in a channel counts only with the one in
 * its group. What has ended together with its group is not moved.
 */
async function moveMemberships(context: CoreContext, from: Account, into: Account): Promise<void> {
	// The person goes on following under the other account, so no network is told of an end.
	const silently = from.reach === undefined ? {} : { origin: from.reach.bridge };
	for (const state of ["joined", "requested"] as const) {
		const inGroups = await allOf(context, [from.id, "grp", state]);
		for (const membership of inGroups) await moveInto(context, into, membership);
		for (const { place } of await allOf(context, [from.id, "chn", state])) {
			let moved: Membership | undefined;
			await changeMembership(context, place, from, (now) => {
				moved = now?.state === state ? now : undefined;
				return undefined;
			});
			if (moved !== undefined) await moveInto(context, into, moved);
			await changeMembership(context, place, from, () => ({ state: "left" }), silently);
		}
		for (const { place } of inGroups) await changeMembership(context, place, from, () => ({ state: "left" }), silently);
	}
}

async function moveInto(context: CoreContext, into: Account, membership: Membership): Promise<void> {
	const { place, state, role, reach, request } = membership;
	const kept = { role, ...(reach === undefined ? {} : { reach }), ...(request === undefined ? {} : { request }) };
	await changeMembership(context, place, into, (now) =>
		now?.state === "joined" || now?.state === state ? undefined : { state, ...kept },
	);
}

async function allOf({ store }: CoreContext, prefix: readonly string[]): Promise<readonly Membership[]> {
	const found: Membership[] = [];
	for (;;) {
		const last = found.at(-1);
		const page = await store.page(memberships, {
			index: "account",
			prefix,
			...(last === undefined ? {} : { after: [...prefix, last.since, last.place] }),
			order: "asc",
			limit: batch,
		});
		found.push(...page.map(({ doc }) => doc));
		if (page.length < batch) return found;
	}
}

/** The accounts here that follow it. The home is asked where the remaining account can be delivered to. */
async function moveFollowers(context: CoreContext, from: Account, into: Account): Promise<void> {
	const timeline = await placeOf(context, into.timeline);
	for (const state of ["joined", "requested"]) {
		for (;;) {
			const prefix = [from.timeline, state];
			const page = await context.store.page(memberships, { index: "place", prefix, order: "asc", limit: batch });
			for (const { doc } of page) {
				const follower = await accountById(context, doc.account);
				if (follower === undefined) continue;
				if (timeline !== undefined && follower.id !== into.id && follower.deletedAt === undefined)
					await follow(context, timeline, follower).catch(unlessNotFound);
				// The home knows one person, who is still followed.
				await changeMembership(context, from.timeline, follower, () => ({ state: "left" }), { federate: false });
			}
			if (page.length === 0) break;
		}
	}
}

/** The home of the account can't be asked. */
function unlessNotFound(error: unknown): void {
	if (!(error instanceof NotFound)) throw error;
}
