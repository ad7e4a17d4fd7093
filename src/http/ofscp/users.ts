import { z } from "zod";
import { visibleGroup } from "#core/access/visible-group.ts";
import { findAccount } from "#core/accounts/find-account.ts";
import { offline, presenceOf } from "#core/accounts/presence.ts";
import { type ProfileAudience, privateDataOf } from "#core/accounts/private-data.ts";
import { NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { groupsOf } from "#core/groups/joined-places.ts";
import type { Account } from "#core/model/account.ts";
import { isLocal } from "#core/model/account.ts";
import { json, ok } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { listOf } from "./paging.ts";
import { wirePresence } from "./presence.ts";
import { presentProfile, wireProfile } from "./present-profile.ts";
import { changesOf, profileChange } from "./profile-change.ts";

const readingOwn = operation("getOwnProfile", "Get your profile as others see it", {
	answers: { 200: json(wireProfile) },
});
const changing = operation("changeOwnProfile", "Change your profile", {
	body: profileChange,
	answers: { 200: json(wireProfile) },
});
const reading = operation("getProfile", "Get a person's profile", { answers: { 200: json(wireProfile) } });
const readingPresence = operation("getPresence", "Get a person's presence, as far as they share it", {
	answers: { 200: json(wirePresence) },
});
const readingGroups = operation("listGroupsOf", "List a person's groups that you may see, as far as they share them", {
	answers: { 200: json(listOf(z.string().meta({ description: "The URL of a group." }))) },
});

/** Public profiles (OFSCP R7 §6). Of an account's private data, only its privacy settings are read here. */
export const userRoutes = (services: Services) => [
	route("GET", "/api/me/profile", "member", "read", readingOwn, async ({ account }) =>
		ok(presentProfile(services, account)),
	),
	route("PATCH", "/api/me/profile", "member", "manage", changing, (call) => changeOwn(services, call)),
	route("GET", "/api/users/:u/profile", "reader", "read", reading, async (call) =>
		ok(presentProfile(services, await theirs(services.context, call))),
	),
	route("GET", "/api/users/:u/presence", "reader", "read", readingPresence, (call) => presence(services.context, call)),
	route("GET", "/api/users/:u/groups", "reader", "read", readingGroups, (call) => groups(services.context, call)),
];

/** Only the public profile; /api/me has the whole account. */
async function changeOwn(
	services: Services,
	{ account, body }: CallOf<typeof changing>,
): Promise<AnswerOf<typeof changing>> {
	return ok(presentProfile(services, await changeProfile(services.context, account, changesOf(body))));
}

/** To callers who may not see the presence, the person appears to be away. */
async function presence(context: CoreContext, call: Call): Promise<AnswerOf<typeof readingPresence>> {
	const account = await theirs(context, call);
	return ok((await maySee(context, account, call, "presence")) ? await presenceOf(context, account.id) : offline);
}

/** Only the groups that are visible to the reader: the list must not reveal hidden groups. */
async function groups(context: CoreContext, call: Call): Promise<AnswerOf<typeof readingGroups>> {
	const account = await theirs(context, call);
	if (!(await maySee(context, account, call, "groups"))) return ok({ items: [], page: {} });
	const own = await groupsOf(context, account);
	const seen = await Promise.all(
		own.map(({ group }) =>
			visibleGroup(context, group.id, call.reader).then(
				() => true,
				(error: unknown) => {
					if (error instanceof NotFound) return false;
					throw error;
				},
			),
		),
	);
	const items = own.filter((_, at) => seen[at] === true).map(({ group }) => `${context.origin}/api/groups/${group.id}`);
	return ok({ items, page: {} });
}

/** @throws {NotFound} */
async function theirs(context: CoreContext, { params }: Call): Promise<Account> {
	const account = await findAccount(context, params.u as string);
	if (account === undefined || account.deletedAt !== undefined) throw new NotFound();
	return account;
}

async function maySee(
	context: CoreContext,
	account: Account,
	{ reader }: Call,
	part: "presence" | "groups",
): Promise<boolean> {
	if (!isLocal(account)) return false;
	if (reader?.id === account.id) return true;
	const audience: ProfileAudience = (await privateDataOf(context, account.id)).privacy[part];
	return audience === "public" || (audience === "members" && reader !== undefined && isLocal(reader));
}
