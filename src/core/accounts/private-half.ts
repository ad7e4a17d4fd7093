import { InvalidRequest } from "../errors.ts";
import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import { type Collection, Duplicate } from "../ports/store.ts";

/** Who may see a part of a profile (OFSCP R7 §6): everybody, signed-in people of this provider, nobody else. */
export const audiences = ["public", "members", "nobody"] as const;
export type ProfileAudience = (typeof audiences)[number];

export interface Privacy {
	readonly presence: ProfileAudience;
	readonly groups: ProfileAudience;
}

/** What nobody sees but the account itself; apart from the account, so that no surface can show it by mistake. */
export interface PrivateHalf {
	/** The mail address, sealed. */
	readonly email?: unknown;
	/** What clients keep here: theirs to name. */
	readonly settings: Readonly<Record<string, unknown>>;
	readonly privacy: Privacy;
	/** Milliseconds, strictly increasing. */
	readonly updatedAt: number;
}

/** By the account's id. Outside the log: it is nobody's to replay. */
export const privateHalves: Collection<PrivateHalf> = { name: "private_halves", version: 1, indexes: {} };

const beforeAnyChange: PrivateHalf = {
	settings: {},
	privacy: { presence: "members", groups: "nobody" },
	updatedAt: 0,
};

type Keeper = Pick<World, "store" | "clock">;

/** The private half of an account of ours. */
export async function privateHalfOf({ store }: Pick<World, "store">, account: AccountId): Promise<PrivateHalf> {
	return (await store.get(privateHalves, account))?.doc ?? beforeAnyChange;
}

/** Changes the private half; two changes at once are both made. */
export async function changePrivateHalf(
	{ store, clock }: Keeper,
	account: AccountId,
	change: (now: PrivateHalf) => Omit<PrivateHalf, "updatedAt">,
): Promise<PrivateHalf> {
	for (;;) {
		const stored = await store.get(privateHalves, account);
		const now = stored?.doc ?? beforeAnyChange;
		const next = { ...change(now), updatedAt: Math.max(clock.now(), now.updatedAt + 1) };
		if (stored !== undefined) {
			if (await store.replace(privateHalves, account, stored.rev, next)) return next;
			continue;
		}
		try {
			await store.insert(privateHalves, account, next);
			return next;
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}
}

/** Bytes of UTF-8 that the settings may have as JSON. */
const maxSettings = 16 * 1024;

/** @throws {InvalidRequest} too large */
export function checkSettings(settings: Readonly<Record<string, unknown>>): void {
	if (Buffer.byteLength(JSON.stringify(settings)) > maxSettings)
		throw new InvalidRequest([{ field: "/settings", expected: `at most ${maxSettings} bytes of JSON` }]);
}
