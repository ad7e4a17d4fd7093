import { accountById } from "../accounts/find-account.ts";
import type { World } from "../events/world.ts";
import { type AccountId, parseId } from "../ids.ts";
import type { Account } from "../model/account.ts";

/**
 * By what clients know somebody of ours: the id of their actor (design §5), whether or not anything serves it. It never
 * changes: neither their handle nor the bridges that are on are in it.
 */
export const subjectOf = ({ origin }: Pick<World, "origin">, { id }: Pick<Account, "id">): string =>
	`${origin}/users/${id}`;

/** The account's id in a subject of ours. */
export const accountIdOf = (subject: string): AccountId | undefined =>
	parseId("usr", subject.slice(subject.lastIndexOf("/") + 1));

/** The account of ours that a subject of ours names; `undefined`: none that can log in. */
export async function accountOfSubject(world: Pick<World, "store">, subject: string): Promise<Account | undefined> {
	const id = accountIdOf(subject);
	const account = id === undefined ? undefined : await accountById(world, id);
	if (account === undefined || account.origin !== undefined || account.deletedAt !== undefined) return undefined;
	return account;
}
