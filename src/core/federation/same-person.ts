import { accounts } from "../accounts/account.ts";
import type { NewShadow } from "../accounts/create-shadow.ts";
import { accountById, accountsByHandle, personKeyOf } from "../accounts/find-account.ts";
import type { CoreContext } from "../events/context.ts";
import type { Premise } from "../events/premise.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { remoteKey } from "../remote-key.ts";

type Road = NonNullable<Account["roads"]>[number];

/** The networks on which an account is known. */
export const roadsOf = ({ origin, roads = [] }: Account): readonly Road[] =>
	origin === undefined ? roads : [{ bridge: origin.bridge, id: origin.id }, ...roads];

/**
 * True if an account's home has confirmed its address. Earlier versions didn't record it, but a handle that doesn't end in a number got none
 * from them.
 */
const isProven = ({ isProven: recorded, handle }: Account): boolean => recorded === true || !/_\d+$/.test(handle);

/** The accounts that were merged into the account of a person. */
export async function accountsOfPerson(context: CoreContext, account: Account): Promise<readonly Account[]> {
	const found: Account[] = [];
	for (const { bridge, id } of roadsOf(account)) {
		const prefix = [remoteKey(bridge, id)];
		const page = await context.store.page(accounts, { index: "remote", prefix, order: "asc", limit: 100 });
		found.push(...page.map(({ doc }) => doc).filter(({ mergedInto }) => mergedInto !== undefined));
	}
	return found;
}

/**
 * The account of the same person on another network (design §12): both homes have confirmed the address, which only one person has. An
 * account that is known on the same network under another id was the address's former owner.
 */
export async function samePerson(context: CoreContext, fields: NewShadow): Promise<Account | undefined> {
	if (fields.domain === context.domain) return undefined;
	const { bridge, id } = fields.origin;
	return (await accountsByHandle(context, fields.handle, fields.domain)).find((known) => {
		if (known.origin === undefined || known.deletedAt !== undefined || known.mergedInto !== undefined) return false;
		return isProven(known) && !roadsOf(known).some((road) => road.bridge === bridge && road.id !== id);
	});
}

/**
 * Adds a network to the account of a person. If only this one can deliver to them, it becomes the one that describes them.
 *
 * @returns the account that has this road now; `undefined` if the account has changed meanwhile
 */
export async function addRoad(context: CoreContext, account: Account, fields: NewShadow): Promise<Account | undefined> {
	const { origin, reach, profile, kind, bridgeable } = fields;
	const { bridge, id } = origin;
	const describes = reach !== undefined && account.reach === undefined;
	const roads = describes ? roadsOf(account) : [...(account.roads ?? []), { bridge, id }];
	const appended = await context.log.append(
		{
			stream: account.id,
			type: "account.updated",
			actor: account.id,
			natural: personKeyOf(bridge, id),
			without: ["bridge"],
			body: {
				account: account.id,
				changes: { roads, isProven: true, ...(describes ? { origin, reach, profile, kind, bridgeable } : {}) },
			},
		},
		{ premises: [unchanged(account)] },
	);
	if (appended.outcome === "moved") return undefined;
	return accountById(context, appended.event.stream as AccountId);
}

/** The premise that an account has not changed since it was read. */
export const unchanged = ({ id, updatedAt }: Account): Premise<Account> => ({
	collection: accounts,
	id,
	holds: (now) => now?.updatedAt === updatedAt,
});
