import { circleOf, isOpen } from "../access/circle.ts";
import { joinChannel } from "../access/join-channel.ts";
import { leave } from "../access/leave.ts";
import { readable } from "../access/readable-place.ts";
import { accounts } from "../accounts/account.ts";
import { accountByHandle, findAccount, parseAddress } from "../accounts/find-account.ts";
import { InvalidRequest, NotFound, Unavailable } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Shadows } from "../federation/shadows.ts";
import { channelByHandle } from "../groups/find-channel.ts";
import { memberships } from "../groups/membership.ts";
import { type Place, placeOf } from "../groups/place.ts";
import type { ChannelId } from "../ids.ts";
import { parseId } from "../ids.ts";
import { type Account, addressOf, isLocal } from "../model/account.ts";
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
 * Follows an account or channel by reference (wire.md, "People"): `handle@domain` with or without a leading `@`, an actor's URL, or the
 * handle or URL of a local channel. A remote account is looked up on the bridged networks.
 *
 * @throws {InvalidRequest} the text is not a reference
 * @throws {NotFound} there is no such account or channel
 * @throws {Unavailable} the account's home can't be reached now
 */
export async function followReference(
	context: CoreContext,
	dependencies: FollowDependencies,
	account: Account,
	reference: string,
): Promise<Follow & { readonly changed: boolean }> {
	const place = await readable(context, await placeNamed(context, dependencies, reference), account);
	if (place === undefined) throw new NotFound();
	const { membership, changed } = await joinChannel(context, place, account);
	return { actor: await actorOf(context, place), membership, place, changed };
}

async function placeNamed(
	context: CoreContext,
	dependencies: FollowDependencies,
	reference: string,
): Promise<Place | undefined> {
	const own = await ownPlace(context, reference);
	const owner = own === undefined ? undefined : await actorOf(context, own);
	// Someone who is known without an address to ask (by their requests from another OFSCP provider) is looked up.
	if (owner !== undefined && (isLocal(owner) || owner.reach !== undefined)) return own;
	const sought = owner === undefined ? reference : addressOf(owner);
	return owner?.domain === context.domain ? own : remotePlace(context, dependencies, sought);
}

/** The timeline of a remote account that one of the bridged networks finds. */
async function remotePlace(
	context: CoreContext,
	dependencies: FollowDependencies,
	reference: string,
): Promise<Place | undefined> {
	const address = parseAddress(reference, context.domain);
	const isUrl = URL.canParse(reference);
	if (address === undefined && !isUrl)
		throw new InvalidRequest([{ field: "/actor", expected: "handle@domain or the URL of an actor" }]);
	if (address?.domain === context.domain || (isUrl && new URL(reference).origin === context.origin)) return undefined;
	for (const bridge of dependencies.bridges()) {
		const person = await lookUp(bridge, reference);
		if (person !== undefined) return placeOf(context, (await dependencies.shadows.of(bridge.name, person)).timeline);
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
export async function ownPlace(context: CoreContext, reference: string): Promise<Place | undefined> {
	const path = reference.startsWith(`${context.origin}/`) ? reference.slice(context.origin.length + 1) : undefined;
	if (path === undefined) {
		const account = await findAccount(context, reference);
		if (account?.deletedAt === undefined && account !== undefined) return placeOf(context, account.timeline);
		const address = parseAddress(reference, context.domain);
		return address?.domain === context.domain ? channelByHandle(context, address.handle) : undefined;
	}
	const [first = "", second = ""] = (path.split(/[?#]/, 1)[0] ?? "").split("/");
	if (first === "c") return channelByHandle(context, second);
	const channel = parseId("chn", second);
	if (channel !== undefined) return placeOf(context, channel);
	const id = parseId("usr", second);
	const account =
		id === undefined
			? first.startsWith("@") && (await accountOfPage(context, first.slice(1)))
			: (await context.store.get(accounts, id))?.doc;
	return account ? placeOf(context, account.timeline) : undefined;
}

/** The account whose page has this name: `jane`, `bob@there.example`. */
async function accountOfPage(context: CoreContext, name: string): Promise<Account | undefined> {
	const address = parseAddress(name, context.domain);
	return address === undefined ? undefined : accountByHandle(context, address.handle, address.domain);
}

async function actorOf(context: CoreContext, { channel, group }: Place): Promise<Account> {
	const actor = (await context.store.get(accounts, ownerOf(channel) ?? group.owner))?.doc;
	if (actor === undefined) throw new NotFound();
	return actor;
}

/** Unfollows an account or channel. Idempotent. @throws {NotFound} there is no such account or channel */
export async function unfollow(context: CoreContext, account: Account, reference: string): Promise<void> {
	const place = await ownPlace(context, reference);
	if (place === undefined) throw new NotFound();
	await leave(context, place, account);
}

/** A position in the list of follows: requested ones first, then joined ones, each oldest first. */
export interface FollowPosition {
	readonly state: Follow["membership"]["state"];
	readonly since: number;
	readonly place: string;
}

/**
 * The follows of an account in the given states: requested ones first, then joined ones. Memberships of closed channels, and of channels of
 * the account's own groups, are no follows.
 */
export async function listFollows(
	context: CoreContext,
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
		for await (const follow of followsIn(context, account, state, after?.state === state ? after : undefined)) {
			follows.push(follow);
			if (follows.length >= limit) return follows;
		}
	}
	return follows;
}

/** How many memberships are read at a time. */
const chunk = 100;

async function* followsIn(
	context: CoreContext,
	account: Account,
	state: "requested" | "joined",
	from: Pick<FollowPosition, "since" | "place"> | undefined,
): AsyncGenerator<Follow, undefined> {
	const prefix = [account.id, "chn", state];
	for (let after = from; ; ) {
		const page = await context.store.page(memberships, {
			index: "account",
			prefix,
			order: "asc",
			limit: chunk,
			...(after === undefined ? {} : { after: [...prefix, after.since, after.place] }),
		});
		for (const { doc: membership } of page) {
			const place = await placeOf(context, membership.place as ChannelId);
			if (place !== undefined && (await isFollowed(context, place, account)))
				yield { actor: await actorOf(context, place), membership, place };
		}
		after = page.at(-1)?.doc;
		if (after === undefined || page.length < chunk) return undefined;
	}
}

async function isFollowed(context: CoreContext, place: Place, account: Account): Promise<boolean> {
	const owner = ownerOf(place.channel);
	if (owner !== undefined) return owner !== account.id;
	return place.group.owner !== account.id && isOpen(await circleOf(context, place));
}
