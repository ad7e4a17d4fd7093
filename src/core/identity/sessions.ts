import type { World } from "../events/world.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { tellRevoked } from "./revocation.ts";
import { sessionSources } from "./session-sources.ts";

export const sessionKinds = ["session", "token", "device"] as const;
export type SessionKind = (typeof sessionKinds)[number];

/** One way in which an account is signed in (wire.md, "People"). */
export interface SessionItem {
	readonly id: string;
	readonly kind: SessionKind;
	/** What it is called: the client's name, that of the token or of the device. */
	readonly client: string;
	readonly createdAt: number;
	readonly lastUsedAt?: number;
	/** True for the one that asks. */
	readonly current?: boolean;
}

/** Those who keep one kind of sessions. */
export interface SessionSource {
	readonly kind: SessionKind;
	list(account: AccountId): Promise<readonly SessionItem[]>;
	/** False: the account has no such session. Its credentials stand for nobody from then on. */
	end(account: AccountId, id: string): Promise<boolean>;
	/** @param except the id of a session that stays */
	endAll(account: AccountId, except?: string): Promise<void>;
}

/**
 * All ways in which an account is signed in, the newest first.
 *
 * @param current the ids of what asks: its session and its credential, where they differ
 */
export async function sessionsOf(
	world: World,
	account: Account,
	current: readonly (string | undefined)[] = [],
): Promise<readonly SessionItem[]> {
	const lists = await Promise.all(sessionSources(world).map((source) => source.list(account.id)));
	return lists
		.flat()
		.map((item) => ({ ...item, current: current.includes(item.id) }))
		.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
}

/** Ends one of them; open streams end with it. False: the account has none with this id. */
export async function endSession(world: World, account: Account, id: string): Promise<boolean> {
	for (const source of sessionSources(world)) {
		if (!(await source.end(account.id, id))) continue;
		tellRevoked(world, account.id);
		return true;
	}
	return false;
}

/**
 * Ends them all.
 *
 * @param options.kinds only these; who changes a password keeps the tokens that they made for programs
 * @param options.except the session that stays
 */
export async function endSessions(
	world: World,
	account: AccountId,
	{ kinds = sessionKinds, except }: { readonly kinds?: readonly SessionKind[]; readonly except?: string } = {},
): Promise<void> {
	for (const source of sessionSources(world)) {
		if (kinds.includes(source.kind)) await source.endAll(account, except);
	}
	tellRevoked(world, account);
}
