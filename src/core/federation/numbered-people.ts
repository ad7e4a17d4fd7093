import { accounts } from "../accounts/account.ts";
import { accountById } from "../accounts/find-account.ts";
import { PermissionDenied } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { pagesOf } from "../events/pages.ts";
import type { AccountId, BridgeName } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { RemotePerson } from "../ports/bridge/remote-event.ts";
import { OutboundFailure } from "../ports/http-client.ts";
import type { Collection } from "../ports/store.ts";
import { ofscp, personOf } from "./federation.ts";
import { PeerUnavailable, PeerUnusable } from "./peers.ts";
import type { RemoteUsers } from "./remote-users.ts";
import type { Shadows } from "./shadows.ts";

/**
 * A remote account whose handle ends in a number that an earlier version may have appended, because the same person was known on another
 * network. Its home is asked for the real handle.
 */
interface NumberedPerson {
	/** How often the home could not be asked. */
	readonly tries: number;
	/** When it is asked next, in milliseconds since 1970. */
	readonly dueAt: number;
}

/** Those whose homes have not been asked yet, by account. */
export const numberedPeople: Collection<NumberedPerson> = {
	name: "numbered_people",
	version: 1,
	indexes: { due: { kinds: ["int"], of: ({ dueAt }) => [dueAt] } },
};

/** How many accounts are read at once, how many homes are asked in one round, and how often one that can't be asked. */
const batch = 100;
const roundSize = 10;
const maxTries = 8;
/** A home that can't be asked is asked again after an hour, then after two, four … */
const firstPauseMs = 3_600_000;

const mayBeNumbered = ({ origin, isProven, deletedAt, mergedInto, handle }: Account): boolean =>
	origin !== undefined &&
	isProven !== true &&
	deletedAt === undefined &&
	mergedInto === undefined &&
	/_\d+$/.test(handle);

/** Notes whose homes have to be asked. Can be repeated. @throws the signal's reason when it is aborted */
export async function noteNumberedPeople(context: CoreContext, signal: AbortSignal): Promise<void> {
	for await (const page of pagesOf(context.store, accounts, { limit: batch, signal })) {
		const numbered = page.filter(({ doc }) => doc.domain !== context.domain && mayBeNumbered(doc));
		const rows = numbered.map(({ id }) => ({ id, doc: { tries: 0, dueAt: 0 } }));
		if (rows.length > 0) await context.store.insertMissing(numberedPeople, rows);
	}
}

/** What asking needs. */
export interface AskingParts {
	readonly shadows: Shadows;
	readonly users: RemoteUsers;
	/** Fetches a person from their server by the id that they have on a network. Fails if the server can't be asked now. */
	readonly fetchPerson: (bridge: BridgeName, id: string) => Promise<RemotePerson | undefined>;
}

/**
 * Asks the homes of a few people for their handles. What a home confirms renames the account, or merges it with the other one of the same
 * person. A home that has nothing to say, or can't be asked now, is asked again later, a few times.
 */
export async function askNumberedPeople(context: CoreContext, parts: AskingParts, signal: AbortSignal): Promise<void> {
	const { store, clock } = context;
	const due = await store.page(numberedPeople, { index: "due", order: "asc", limit: roundSize });
	for (const { id, rev, doc } of due) {
		if (signal.aborted || doc.dueAt > clock.now()) return;
		const account = await accountById(context, id as AccountId);
		const isDone = account === undefined || !mayBeNumbered(account) || (await isResolved(context, parts, account));
		const tries = doc.tries + 1;
		if (isDone || tries >= maxTries) await store.delete(numberedPeople, id, rev);
		else await store.replace(numberedPeople, id, rev, { tries, dueAt: clock.now() + firstPauseMs * 2 ** doc.tries });
	}
}

/** Asks a home, and tells whether there is nothing more to ask. A name that really ends in a number is asked for until it is given up. */
async function isResolved(context: CoreContext, parts: AskingParts, account: Account): Promise<boolean> {
	try {
		await ask(parts, account);
	} catch (error) {
		context.logger.info({ err: error, account: account.id }, "The home of a person can't be asked for their handle");
		return isFinal(error);
	}
	const now = await accountById(context, account.id);
	return now === undefined || !mayBeNumbered(now);
}

/** A denied provider, or one without a usable answer: asking again would not help. */
const isFinal = (error: unknown): boolean =>
	error instanceof PermissionDenied ||
	error instanceof PeerUnusable ||
	(error instanceof OutboundFailure && error.kind === "refused");

async function ask({ shadows, users, fetchPerson }: AskingParts, { origin, handle, domain }: Account): Promise<void> {
	if (origin === undefined) return;
	if (origin.bridge !== ofscp) {
		const person = await fetchPerson(origin.bridge, origin.id);
		if (person?.id === origin.id) await shadows.of(origin.bridge, person);
		return;
	}
	// OFSCP finds people by their handles only. A number may have been appended to a name that ends in one.
	let unavailable: unknown;
	for (let name = handle; ; name = name.replace(/_\d+$/, "")) {
		try {
			const person = personOf(await users.of(name, domain));
			if (person.id === origin.id) {
				await shadows.of(ofscp, person);
				return;
			}
		} catch (error) {
			if (!(error instanceof PeerUnavailable) && !(error instanceof PeerUnusable)) throw error;
			unavailable = error;
		}
		if (!/_\d+$/.test(name)) break;
	}
	if (unavailable !== undefined) throw unavailable;
}
