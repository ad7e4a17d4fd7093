import { joinChannel, leave } from "../access/join-channel.ts";
import { readable } from "../access/readable-place.ts";
import { accounts } from "../accounts/account.ts";
import { accountByHandle, findAccount, parseAddress } from "../accounts/find-account.ts";
import { InvalidRequest, NotFound, Unavailable } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { Shadows } from "../federation/shadows.ts";
import { channelByHandle } from "../groups/find-channel.ts";
import { memberships } from "../groups/membership.ts";
import { type Place, placeOf } from "../groups/place.ts";
import type { ChannelId } from "../ids.ts";
import { parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { ownerOf } from "../model/channel.ts";
import type { Membership } from "../model/membership.ts";
import type { Bridge } from "../ports/bridge/bridge.ts";
import { OutboundFailure } from "../ports/http-client.ts";

/** A follow of a timeline or channel. */
export interface Follow {
	/** The account that is followed; for a room the owner of its group. */
	readonly actor: Account;
	readonly membership: Membership;
	readonly place: Place;
}

interface FollowDependencies {
	readonly bridges: () => readonly Bridge[];
	readonly shadows: Shadows;
}

/**
 * Follows an account or channel by reference (wire.md, "People"): `handle@domain` with or without a leading `@`, an actor's URL, or the handle
 * or URL of a local channel. A remote account is looked up on the bridged networks.
 *
 * @throws {InvalidRequest} the text is not a reference
 * @throws {NotFound} there is no such account or channel
 * @throws {Unavailable} the account's home can't be reached now
 */
export async function followReference(
	world: World,
	dependencies: FollowDependencies,
	account: Account,
	reference: string,
): Promise<Follow & { readonly changed: boolean }> {
	const place = await readable(world, await placeNamed(world, dependencies, reference), account);
	if (place === undefined) throw new NotFound();
	const { membership, changed } = await joinChannel(world, place, account);
	return { actor: await actorOf(world, place), membership, place, changed };
}

async function placeNamed(
	world: World,
	dependencies: FollowDependencies,
	reference: string,
): Promise<Place | undefined> {
	const own = await ownPlace(world, reference);
	if (own !== undefined) return own;
	const address = parseAddress(reference, world.domain);
	const isUrl = URL.canParse(reference);
	if (address === undefined && !isUrl)
		throw new InvalidRequest([{ field: "/actor", expected: "handle@domain or the URL of an actor" }]);
	if (address?.domain === world.domain || (isUrl && new URL(reference).origin === world.origin)) return undefined;
	for (const bridge of dependencies.bridges()) {
		const person = await lookUp(bridge, reference);
		if (person !== undefined) return placeOf(world, (await dependencies.shadows.of(bridge.name, person)).timeline);
	}
	return undefined;
}

async function lookUp(bridge: Bridge, reference: string) {
	try {
		const { person } = bridge.resolvers;
		return person === "unsupported" ? undefined : await person(reference);
	} catch (error) {
		if (error instanceof OutboundFailure && error.kind !== "refused")
			throw new Unavailable("The account's home can't be reached now", 30, error);
		if (error instanceof OutboundFailure) return undefined;
		throw error;
	}
}

/** A local timeline or channel by handle, id or URL. */
async function ownPlace(world: World, reference: string): Promise<Place | undefined> {
	const path = reference.startsWith(`${world.origin}/`) ? reference.slice(world.origin.length + 1) : undefined;
	if (path === undefined) {
		const account = await findAccount(world, reference);
		if (account?.deletedAt === undefined && account !== undefined) return placeOf(world, account.timeline);
		const address = parseAddress(reference, world.domain);
		return address?.domain === world.domain ? channelByHandle(world, address.handle) : undefined;
	}
	const [first = "", second = ""] = path.split("/");
	if (first === "c") return channelByHandle(world, second);
	const channel = parseId("chn", second);
	if (channel !== undefined) return placeOf(world, channel);
	const id = parseId("usr", second);
	const account =
		id === undefined
			? first.startsWith("@") && (await accountByHandle(world, first.slice(1), world.domain))
			: (await world.store.get(accounts, id))?.doc;
	return account ? placeOf(world, account.timeline) : undefined;
}

async function actorOf(world: World, { channel, group }: Place): Promise<Account> {
	const actor = (await world.store.get(accounts, ownerOf(channel) ?? group.owner))?.doc;
	if (actor === undefined) throw new NotFound();
	return actor;
}

/** Unfollows an account or channel. Idempotent. @throws {NotFound} there is no such account or channel */
export async function unfollow(world: World, account: Account, reference: string): Promise<void> {
	const place = await ownPlace(world, reference);
	if (place === undefined) throw new NotFound();
	await leave(world, place, account);
}

/** A position in the list of follows: requested ones first, then joined ones, each oldest first. */
export interface FollowPosition {
	readonly state: Follow["membership"]["state"];
	readonly since: number;
	readonly place: string;
}

/** The follows of an account in the given states: requested ones first, then joined ones. */
export async function listFollows(
	world: World,
	account: Account,
	{
		states,
		after,
		limit,
	}: {
		readonly states: readonly ("requested" | "joined")[];
		readonly after?: FollowPosition;
		readonly limit: number;
	},
): Promise<readonly Follow[]> {
	const follows: Follow[] = [];
	for (const state of (["requested", "joined"] as const).filter((s) => states.includes(s))) {
		if (after?.state === "joined" && state === "requested") continue;
		const prefix = [account.id, "chn", state];
		const page = await world.store.page(memberships, {
			index: "account",
			prefix,
			order: "asc",
			limit: limit - follows.length,
			...(after?.state === state ? { after: [...prefix, after.since, after.place] } : {}),
		});
		for (const { doc: membership } of page) {
			const place = await placeOf(world, membership.place as ChannelId);
			if (place !== undefined) follows.push({ actor: await actorOf(world, place), membership, place });
		}
		if (follows.length >= limit) break;
	}
	return follows;
}
