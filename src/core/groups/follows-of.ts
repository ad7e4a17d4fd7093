import { timelinesOf } from "../accounts/timelines-of.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId, ChannelId, GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Membership } from "../model/membership.ts";
import type { Stored } from "../ports/store.ts";
import { kindsOf } from "./channel-kinds.ts";
import { isOfTerm, membershipId, memberships } from "./membership.ts";

/** How many memberships are read at once. */
const batch = 1000;

/** Whom and what an account follows. */
export interface Follows {
	/** The owners of the timelines that it has joined, and itself. */
	readonly people: ReadonlySet<AccountId>;
	/** The channels of groups that it has joined. */
	readonly rooms: readonly ChannelId[];
}

/** Reads the follows of an account: a thousand take a few store calls. */
export async function followsOf(context: Pick<CoreContext, "store">, account: Pick<Account, "id">): Promise<Follows> {
	const people = new Set([account.id]);
	const rooms: { readonly joined: Stored<Membership>; readonly group: GroupId }[] = [];
	const prefix = [account.id, "chn", "joined"];
	for (let last: Membership | undefined; ; ) {
		const page: readonly Stored<Membership>[] = await context.store.page(memberships, {
			index: "account",
			prefix,
			...(last === undefined ? {} : { after: [...prefix, last.since, last.place] }),
			order: "asc",
			limit: batch,
		});
		// The place is the first part of a membership's id, so that the documents need not be parsed.
		const placeOf = ({ id }: Stored<Membership>) => id.slice(0, id.indexOf("/")) as ChannelId;
		const kinds = await kindsOf(context, page.map(placeOf));
		for (const joined of page) {
			const channel = kinds.get(placeOf(joined));
			if (channel?.kind === "room") rooms.push({ joined, group: channel.group });
			else if (channel !== undefined) people.add(channel.owner);
		}
		if (page.length < batch) return { people, rooms: await ofTerm(context, account, rooms) };
		last = page.at(-1)?.doc;
	}
}

/** True if an account has joined more channels than this. */
export async function followsMoreThan(
	{ store }: Pick<CoreContext, "store">,
	account: Pick<Account, "id">,
	few: number,
): Promise<boolean> {
	const prefix = [account.id, "chn", "joined"];
	const page = await store.page(memberships, { index: "account", prefix, order: "asc", limit: few + 1 });
	return page.length > few;
}

/** Of some people and channels of groups, those that an account follows: the cost depends on their number only. */
export async function followsAmong(
	context: Pick<CoreContext, "store">,
	account: Pick<Account, "id">,
	{ people, rooms }: { readonly people: ReadonlySet<AccountId>; readonly rooms: ReadonlySet<ChannelId> },
): Promise<Follows> {
	const owners = new Map<ChannelId, AccountId>();
	for (const [owner, timeline] of await timelinesOf(context, [...people])) owners.set(timeline, owner);
	const ids = [...owners.keys(), ...rooms].map((place) => membershipId(place, account.id));
	const found = ids.length === 0 ? [] : await context.store.getAll(memberships, ids);
	const joined = found.filter(({ doc }) => doc.state === "joined");
	const kinds = await kindsOf(context, [...rooms]);
	const followed = new Set(people.has(account.id) ? [account.id] : []);
	const inRooms: { readonly joined: Stored<Membership>; readonly group: GroupId }[] = [];
	for (const one of joined) {
		const place = one.doc.place as ChannelId;
		const owner = owners.get(place);
		const room = kinds.get(place);
		if (owner !== undefined) followed.add(owner);
		else if (room?.kind === "room") inRooms.push({ joined: one, group: room.group });
	}
	return { people: followed, rooms: await ofTerm(context, account, inRooms) };
}

/** Of channels of groups, those whose membership did not end with the one in the group. */
async function ofTerm(
	{ store }: Pick<CoreContext, "store">,
	account: Pick<Account, "id">,
	rooms: readonly { readonly joined: Stored<Membership>; readonly group: GroupId }[],
): Promise<readonly ChannelId[]> {
	const ids = [...new Set(rooms.map(({ group }) => membershipId(group, account.id)))];
	const inGroups = ids.length === 0 ? [] : await store.getAll(memberships, ids);
	const byGroup = new Map(inGroups.map(({ doc }) => [doc.place, doc]));
	return rooms.flatMap(({ joined, group }) =>
		isOfTerm(joined.doc, byGroup.get(group)) ? [joined.doc.place as ChannelId] : [],
	);
}
