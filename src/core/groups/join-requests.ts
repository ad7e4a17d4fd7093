import { accountById } from "../accounts/find-account.ts";
import { NotFound } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import { type Membership, type PlaceId } from "../model/membership.ts";
import { channelsOf } from "./channel.ts";
import { memberships } from "./membership.ts";
import { changeMembership } from "./membership-change.ts";
import { asManager, assertManages } from "./ranks.ts";

const refusal = "Only owners and admins can answer join requests";

/** A position in the list, oldest request first. */
export type RequestPosition = readonly [since: number, account: string];

/**
 * The pending requests to join a group or one of its channels (of a personal group: to follow its owner), oldest first.
 *
 * @throws {PermissionDenied}
 */
export async function joinRequests(
	context: CoreContext,
	group: Group,
	actor: Account,
	{ after, limit }: { readonly after?: RequestPosition; readonly limit: number },
): Promise<readonly Membership[]> {
	await assertManages(context, { group }, actor, refusal);
	const waiting: Membership[] = [];
	for (const place of await placesIn(context, group)) {
		const prefix = [place, "requested"];
		const page = await context.store.page(memberships, {
			index: "place",
			prefix,
			...(after === undefined ? {} : { after: [...prefix, ...after] }),
			order: "asc",
			limit,
		});
		waiting.push(...page.map(({ doc }) => doc));
	}
	return waiting.sort((a, b) => a.since - b.since || (a.account < b.account ? -1 : 1)).slice(0, limit);
}

/** The public id of a request. */
export const requestId = ({ place, account }: Pick<Membership, "place" | "account">): string => `${place}.${account}`;

/**
 * Accepts or denies a request to join; a remote account is notified. Repeating an answer changes nothing.
 *
 * @throws {NotFound} there is no pending request with this id
 * @throws {PermissionDenied}
 */
export async function answerRequest(
	context: CoreContext,
	group: Group,
	actor: Account,
	{ id, accepted }: { readonly id: string; readonly accepted: boolean },
): Promise<Membership> {
	await assertManages(context, { group }, actor, refusal);
	const [where = "", who = ""] = id.split(".");
	const place = parseId("chn", where) ?? parseId("grp", where);
	const account = parseId("usr", who);
	const member = account === undefined ? undefined : await accountById(context, account);
	if (place === undefined || member === undefined || !(await placesIn(context, group)).includes(place))
		throw new NotFound();
	const state = accepted ? "joined" : "denied";
	const { membership } = await changeMembership(
		context,
		place,
		member,
		(now) => {
			if (now?.state !== "requested") return undefined;
			const { reach, request } = now;
			return { state, ...(reach === undefined ? {} : { reach }), ...(request === undefined ? {} : { request }) };
		},
		{ ...asManager(context, { group }, actor, refusal), federate: member.origin !== undefined },
	);
	if (membership?.state !== state) throw new NotFound();
	return membership;
}

async function placesIn(context: CoreContext, group: Group): Promise<readonly PlaceId[]> {
	const places: PlaceId[] = [group.id];
	for await (const { id } of channelsOf(context, group.id)) places.push(id);
	return places;
}
