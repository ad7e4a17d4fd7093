import { z } from "zod";
import { leave, membersOf } from "#core/access/join-channel.ts";
import { findAccount } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import type { World } from "#core/events/world.ts";
import { addToChannel, givenRoles, removeFromChannel } from "#core/groups/channel-people.ts";
import { memberships } from "#core/groups/membership.ts";
import type { Account } from "#core/model/account.ts";
import { type Answer, type Call, noContent, ok, route } from "../base/route.ts";
import type { Services } from "../base/services.ts";
import { type PageQuery, pageQuery } from "./message-schemas.ts";
import { placeOfCall } from "./messages.ts";
import { pageOf, readCursor, writeCursor } from "./paging.ts";
import { presentMember } from "./present-group.ts";

const membersPath = "/api/groups/:g/channels/:c/members";

const added = z.object({ role: z.enum(givenRoles).optional() });
type Added = z.output<typeof added>;

export const memberRoutes = ({ world }: Services) => [
	route("GET", membersPath, "member", "read", { query: pageQuery }, (call) => list(world, call)),
	route("PUT", `${membersPath}/:u`, "member", "manage", { body: added, answers: [201, 200] }, (call) =>
		add(world, call),
	),
	route("DELETE", `${membersPath}/:u`, "member", "manage", { answers: [204] }, (call) => remove(world, call)),
];

async function list(world: World, call: Call<PageQuery>): Promise<Answer> {
	const { channel } = await placeOfCall(world, call);
	const { cursor, limit } = call.query;
	const prefix = [membersOf(channel), "joined"];
	const after = cursor === undefined ? {} : { after: [...prefix, ...readCursor(cursor)] };
	const rows = await world.store.page(memberships, {
		index: "place",
		prefix,
		...after,
		order: "asc",
		limit: limit + 1,
	});
	const items = await Promise.all(rows.slice(0, limit).map(({ doc }) => presentMember(world, doc)));
	return ok(pageOf(rows, limit, ({ doc }) => writeCursor([doc.since, doc.account]), items));
}

async function somebody(world: World, reference: string): Promise<Account> {
	const account = await findAccount(world, reference);
	if (account === undefined || account.deletedAt !== undefined) throw new NotFound();
	return account;
}

async function add(world: World, call: Call<unknown, Added>): Promise<Answer> {
	const place = await placeOfCall(world, call);
	const { membership, changed } = await addToChannel(
		world,
		place,
		call.account,
		await somebody(world, call.params.u as string),
		call.body.role,
	);
	return { status: changed ? 201 : 200, body: await presentMember(world, membership) };
}

async function remove(world: World, call: Call): Promise<Answer> {
	const place = await placeOfCall(world, call);
	const account = await somebody(world, call.params.u as string);
	if (account.id === call.account.id) await leave(world, place, account);
	else await removeFromChannel(world, place, call.account, account);
	return noContent;
}
