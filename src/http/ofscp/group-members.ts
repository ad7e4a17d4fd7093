import { z } from "zod";
import { leave } from "#core/access/leave.ts";
import { visibleGroup } from "#core/access/visible-group.ts";
import { NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { removeFromGroup, setGroupRole } from "#core/groups/group-people.ts";
import { joined } from "#core/groups/place.ts";
import { givenRoles } from "#core/groups/ranks.ts";
import type { Group } from "#core/model/group.ts";
import { empty, json, noContent, ok } from "../base/answers.ts";
import type { Call } from "../base/call.ts";
import { ignoring } from "../base/ignored.ts";
import { type AnswerOf, type CallOf, operation } from "../base/operation.ts";
import { route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { listOf, pageQuery } from "./paging.ts";
import { accountNamed, membersPage } from "./people.ts";
import { presentMember, wireMember } from "./present-group.ts";

const membersPath = "/api/groups/:g/members";

const listing = operation("listGroupMembers", "List the members of a group that you belong to", {
	query: pageQuery,
	answers: { 200: json(listOf(wireMember)) },
});
const changing = operation("putGroupMember", "Change the role of a member of a group", {
	body: z.strictObject({ role: z.enum(givenRoles).optional(), ...ignoring("user", "state", "since", "joinedAt") }),
	answers: { 200: json(wireMember) },
	errors: ["permission_denied"],
});
const removing = operation("deleteGroupMember", "Remove a member from a group and all its channels", {
	answers: { 204: empty() },
	errors: ["permission_denied", "owner_leaves"],
});

export const groupMemberRoutes = ({ context }: Services) => [
	route("GET", membersPath, "member", "read", listing, (call) => list(context, call)),
	route("PUT", `${membersPath}/:u`, "member", "manage", changing, (call) => change(context, call)),
	route("DELETE", `${membersPath}/:u`, "member", "manage", removing, (call) => remove(context, call)),
];

/** Who belongs to a group is shown to its members only, even if some of its channels are open. @throws {NotFound} */
async function groupOfMember(context: CoreContext, { params, account }: Call): Promise<Group> {
	const { group } = await visibleGroup(context, params.g as string, account);
	if (group.owner !== account.id && (await joined(context, group.id, account)) === undefined) throw new NotFound();
	return group;
}

async function list(context: CoreContext, call: CallOf<typeof listing>): Promise<AnswerOf<typeof listing>> {
	const group = await groupOfMember(context, call);
	return ok(await membersPage(context, group.id, call.query));
}

async function change(context: CoreContext, call: CallOf<typeof changing>): Promise<AnswerOf<typeof changing>> {
	const { group } = await visibleGroup(context, call.params.g as string, call.account);
	const account = await accountNamed(context, call.params.u as string);
	const { membership } = await setGroupRole(context, group, call.account, account, call.body.role);
	return ok(await presentMember(context, membership));
}

async function remove(context: CoreContext, { params, account: actor }: Call): Promise<AnswerOf<typeof removing>> {
	const { group } = await visibleGroup(context, params.g as string, actor);
	const account = await accountNamed(context, params.u as string);
	if (account.id === actor.id) await leave(context, { group }, account);
	else await removeFromGroup(context, group, actor, account);
	return noContent;
}
