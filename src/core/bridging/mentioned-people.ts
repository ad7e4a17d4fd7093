import type { PlaceWithCircle } from "../access/circle.ts";
import { may } from "../access/permissions.ts";
import { findAccount, parseAddress } from "../accounts/find-account.ts";
import { BoundedMap } from "../bounded-map.ts";
import { isWithin } from "../clock.ts";
import type { CoreContext } from "../events/context.ts";
import type { Shadows } from "../federation/shadows.ts";
import type { AccountId } from "../ids.ts";
import { mentionsIn } from "../messages/mentions.ts";
import type { Account } from "../model/account.ts";
import type { Bridge } from "../ports/bridge/bridge.ts";

/** How many unknown people of one message are looked up, and how long the message waits for them at most, in milliseconds. */
const maxPerMessage = 10;
const waitMs = 5_000;
/** How many look-ups one author can cause in a period, and how long a failed one is remembered: posts must not flood other servers. */
const maxPerAuthor = 60;
const periodMs = 10 * 60_000;

interface Dependencies {
	readonly bridges: () => readonly Bridge[];
	readonly shadows: Shadows;
}

/**
 * Finds the people whom a text mentions by `handle@domain` and who are not known here yet. Resolves with their accounts.
 *
 * @param action what the author is about to do; only who may do that causes requests to other servers
 */
export type FindMentioned = (
	author: Account,
	place: PlaceWithCircle,
	text: string,
	action: "post" | "reply",
) => Promise<readonly AccountId[]>;

/**
 * Looks mentioned people up on the bridged networks. A message that may not leave the provider causes no request, and one whose people
 * can't be found now is posted without them.
 */
export function createFindMentioned(context: CoreContext, { bridges, shadows }: Dependencies): FindMentioned {
	const failed = new BoundedMap<string, number>(5_000);
	const spent = new BoundedMap<AccountId, { readonly since: number; count: number }>(5_000);

	async function unknownIn(text: string): Promise<readonly string[]> {
		const unknown: string[] = [];
		for (const address of mentionsIn(text)) {
			const parsed = parseAddress(address, context.domain);
			if (parsed === undefined || parsed.domain === context.domain) continue;
			if (isWithin(failed.get(address) ?? 0, context.clock.now(), periodMs)) continue;
			if ((await findAccount(context, address)) === undefined) unknown.push(address);
			if (unknown.length === maxPerMessage) break;
		}
		return unknown;
	}

	/** Whether the author may cause another look-up now. */
	function mayAsk(author: AccountId): boolean {
		const now = context.clock.now();
		const known = spent.get(author);
		const period = known === undefined || !isWithin(known.since, now, periodMs) ? { since: now, count: 0 } : known;
		period.count++;
		spent.set(author, period);
		return period.count <= maxPerAuthor;
	}

	async function find(address: string): Promise<Account | undefined> {
		for (const { name, resolvers } of bridges()) {
			const person = resolvers.person === "unsupported" ? undefined : await resolvers.person(address);
			if (person === undefined) continue;
			const account = await shadows.of(name, person);
			if (account.deletedAt === undefined) return account;
		}
		return undefined;
	}

	async function findOrNote(address: string): Promise<AccountId | undefined> {
		try {
			const account = await find(address);
			if (account === undefined) failed.set(address, context.clock.now());
			return account?.id;
		} catch (error) {
			context.logger.info({ err: error, address }, "A person who was mentioned can't be looked up now");
			return undefined;
		}
	}

	return async (author, place, text, action) => {
		if (place.circle.leaves === "nowhere") return [];
		const all = await unknownIn(text);
		if (all.length === 0 || !(await may(context, action, place, author))) return [];
		const unknown = all.filter(() => mayAsk(author.id));
		const found: AccountId[] = [];
		const looking = unknown.map(async (address) => {
			const id = await findOrNote(address);
			if (id !== undefined) found.push(id);
		});
		if (looking.length > 0) await within(waitMs, Promise.all(looking));
		return [...found];
	};
}

/** Resolves with the work, or after `ms` milliseconds without it. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
	const { promise, resolve } = Promise.withResolvers<void>();
	const timer = setTimeout(resolve, ms);
	await Promise.race([work, promise]);
	clearTimeout(timer);
}
