import type { CoreContext } from "../events/context.ts";
import { type AccountId, type BridgeName, parseId } from "../ids.ts";
import { type Account, addressOf, isLocal } from "../model/account.ts";
import { remoteKey } from "../remote-key.ts";
import { accounts } from "./account.ts";

type Reader = Pick<CoreContext, "store">;

/** The account with an id, local or remote, deleted or not. */
export async function accountById(context: Reader, id: AccountId): Promise<Account | undefined> {
	return (await context.store.get(accounts, id))?.doc;
}

/**
 * The accounts with an address. On a domain of others there may be several: those that are in use come first, then those whose home has
 * confirmed the address, then the newer ones, since the address may have been given to another person there.
 *
 * @param handle lower-case
 */
export async function accountsByHandle(context: Reader, handle: string, domain: string): Promise<readonly Account[]> {
	const prefix = [handle, domain];
	const found = await context.store.page(accounts, { index: "handle", prefix, order: "desc", limit: 20 });
	const rank = ({ deletedAt, mergedInto, isProven }: Account): number =>
		(deletedAt === undefined && mergedInto === undefined ? 0 : 2) + (isProven === true ? 0 : 1);
	return found.map(({ doc }) => doc).sort((a, b) => rank(a) - rank(b));
}

/** The account that has an address now, or the last one that had it. @param handle lower-case */
export async function accountByHandle(context: Reader, handle: string, domain: string): Promise<Account | undefined> {
	return (await accountsByHandle(context, handle, domain))[0];
}

/** The shadow of the person with this id on a network: the account that this road leads to. */
export async function accountByRemote(
	context: Reader,
	bridge: BridgeName,
	remote: string,
): Promise<Account | undefined> {
	const [found] = await context.store.page(accounts, {
		index: "remote",
		prefix: [remoteKey(bridge, remote)],
		order: "asc",
		limit: 1,
	});
	const key = personKeyOf(bridge, remote);
	// Another road to the same person is not in the index.
	const event = found === undefined ? await context.store.eventBy("natural", key) : undefined;
	const account = event === undefined ? found?.doc : await accountById(context, event.stream as AccountId);
	return account?.mergedInto === undefined ? account : accountById(context, account.mergedInto);
}

/** The unique key of a person on a network: the event that created their account has it, or the one that added this road to it. */
export const personKeyOf = (bridge: BridgeName, remote: string): string => remoteKey(`person:${bridge}`, remote);

const addressShape =
	/^@?([a-z0-9._=-]{1,255})(?:@([a-z0-9.-]{1,253}(?::\d{1,5})?|\[[0-9a-f:.]{2,45}\](?::\d{1,5})?))?$/;

/**
 * Parses `handle@domain`, `@handle@domain`, or a bare local handle (wire.md, "General").
 *
 * @returns the lower-cased parts; `undefined` if the text is none of these
 */
export function parseAddress(text: string, ownDomain: string): { handle: string; domain: string } | undefined {
	const parts = addressShape.exec(text.toLowerCase());
	if (parts === null) return undefined;
	return { handle: parts[1] as string, domain: parts[2] ?? ownDomain };
}

/** Finds an account by `handle@domain`, a local handle, or its id, alone or as `usr_…@domain` (OFSCP §5.2). */
export async function findAccount(context: CoreContext, reference: string): Promise<Account | undefined> {
	const address = parseAddress(reference, context.domain);
	if (address === undefined) return undefined;
	const id = parseId("usr", address.handle);
	if (id === undefined) return accountByHandle(context, address.handle, address.domain);
	return address.domain === context.domain ? accountById(context, id) : undefined;
}

/** The address of an account by its id; the id itself if there is no such account. */
export async function addressById(context: Reader, id: AccountId): Promise<string> {
	const account = await accountById(context, id);
	return account === undefined ? id : addressOf(account);
}

/** A local account that has not been deleted, by its handle or address. */
export async function localAccount(context: CoreContext, reference: string): Promise<Account | undefined> {
	const account = await findAccount(context, reference);
	return account !== undefined && isLocal(account) && account.deletedAt === undefined ? account : undefined;
}
