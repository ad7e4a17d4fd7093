import { findAccount } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import { memberships } from "#core/groups/membership.ts";
import type { Account } from "#core/model/account.ts";
import type { PlaceId } from "#core/model/membership.ts";
import type { Wire } from "../base/answers.ts";
import { type Page, pageOf, readCursor, writeCursor } from "./paging.ts";
import { presentMember, type wireMember } from "./present-group.ts";

/** A page of the members of a group or channel, oldest first. */
export async function membersPage(
	context: CoreContext,
	place: PlaceId,
	{ cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly Wire<typeof wireMember>[]; readonly page: Page }> {
	const prefix = [place, "joined"];
	const after = cursor === undefined ? {} : { after: [...prefix, ...readCursor(cursor)] };
	const rows = await context.store.page(memberships, {
		index: "place",
		prefix,
		...after,
		order: "asc",
		limit: limit + 1,
	});
	const items = await Promise.all(rows.slice(0, limit).map(({ doc }) => presentMember(context, doc)));
	return pageOf(rows, limit, ({ doc }) => writeCursor([doc.since, doc.account]), items);
}

/** The account that a path or body names. @throws {NotFound} */
export async function accountNamed(context: CoreContext, reference: string): Promise<Account> {
	const account = await findAccount(context, reference);
	if (account === undefined || account.deletedAt !== undefined) throw new NotFound();
	return account;
}
