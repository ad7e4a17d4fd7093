import type { CoreContext } from "../events/context.ts";
import type { EventOf } from "../events/event.ts";
import type { AccountId } from "../ids.ts";
import type { Expulsion } from "../model/expulsion.ts";
import type { Collection } from "../ports/store.ts";

/** The expulsions of our people from linked rooms. */
export const expulsions: Collection<Expulsion> = {
	name: "expulsions",
	version: 1,
	indexes: { account: { kinds: ["text", "int", "text"], of: (e) => [e.account, e.at, e.id] } },
};

/** The expulsion that an event tells of. */
export const expulsionOf = ({ id, at, body }: EventOf<"account.expelled">): Expulsion => ({
	id,
	at,
	...body.expulsion,
});

/** The expulsions of an account, newest first. @param after the time and the id of the last one that was read */
export async function expulsionsOf(
	{ store }: Pick<CoreContext, "store">,
	account: AccountId,
	{ after, limit }: { readonly after?: readonly [number, string]; readonly limit: number },
): Promise<readonly Expulsion[]> {
	const page = await store.page(expulsions, {
		index: "account",
		prefix: [account],
		...(after === undefined ? {} : { after: [account, ...after] }),
		order: "desc",
		limit,
	});
	return page.map(({ doc }) => doc);
}
