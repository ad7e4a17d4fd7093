import { InvalidRequest } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate } from "../ports/store.ts";

/** Who may see a part of a profile (OFSCP R7 §6): anyone, signed-in accounts of this provider, or only the account itself. */
export const profileAudiences = ["public", "members", "nobody"] as const;
/** One of {@link profileAudiences}. */
export type ProfileAudience = (typeof profileAudiences)[number];

/** Who may see the parts of an account's profile. */
export interface Privacy {
	readonly presence: ProfileAudience;
	readonly groups: ProfileAudience;
}

/** Data that only the account itself may see. It is stored apart from the account, so that no surface can show it by mistake. */
export interface PrivateData {
	/** The mail address that counts, encrypted. */
	readonly email?: unknown;
	/** A newer mail address, encrypted, whose link has not been opened yet. */
	readonly unprovenEmail?: unknown;
	/** The settings of clients, which choose the keys. */
	readonly settings: Readonly<Record<string, unknown>>;
	readonly privacy: Privacy;
	/** Milliseconds, strictly increasing. */
	readonly updatedAt: number;
}

/** The private data of local accounts, by account id. It is outside the log, so that it is never replayed. */
export const privateData: Collection<PrivateData> = { name: "private_halves", version: 1, indexes: {} };

/** The private data of an account that has never changed it. */
const beforeAnyChange: PrivateData = {
	settings: {},
	privacy: { presence: "members", groups: "nobody" },
	updatedAt: 0,
};

type Dependencies = Pick<CoreContext, "store" | "clock">;

/** The private data of a local account. */
export async function privateDataOf({ store }: Pick<CoreContext, "store">, account: AccountId): Promise<PrivateData> {
	return (await store.get(privateData, account))?.doc ?? beforeAnyChange;
}

/** Changes the private data. Concurrent changes are both applied. */
export async function changePrivateData(
	{ store, clock }: Dependencies,
	account: AccountId,
	change: (now: PrivateData) => Omit<PrivateData, "updatedAt">,
): Promise<PrivateData> {
	for (;;) {
		const stored = await store.get(privateData, account);
		const now = stored?.doc ?? beforeAnyChange;
		const next = { ...change(now), updatedAt: Math.max(clock.now(), now.updatedAt + 1) };
		if (stored !== undefined) {
			if (await store.replace(privateData, account, stored.rev, next)) return next;
			continue;
		}
		try {
			await store.insert(privateData, account, next);
			return next;
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}
}

/** The maximal size of the settings as JSON, in bytes of UTF-8. */
const maxSettings = 16 * 1024;

/** Checks the size of an account's settings. @throws {InvalidRequest} they are too large */
export function checkSettings(settings: Readonly<Record<string, unknown>>): void {
	if (Buffer.byteLength(JSON.stringify(settings)) > maxSettings)
		throw new InvalidRequest([{ field: "/settings", expected: `at most ${maxSettings} bytes of JSON` }]);
}
