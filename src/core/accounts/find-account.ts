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

/** The account with an address. @param handle lower-case */
export async function accountByHandle(context: Reader, handle: string, domain: string): Promise<Account | undefined> {
	const [found] = await context.store.page(accounts, {
		index: "handle",
		prefix: [handle, domain],
		order: "asc",
		limit: 1,
	});
	return found?.doc;
}

/** The shadow of the person with this id on a bridge's network. */
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
	return found?.doc;
}

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
