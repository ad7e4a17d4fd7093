import type { CoreContext } from "../events/context.ts";
import type { AccountId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { makerOfSession } from "./makers.ts";
import { announceRevocation } from "./revocation.ts";
import { sessionSources } from "./session-sources.ts";

/** The kinds of sessions: logins by browser or client, personal access tokens, device keys. */
export const sessionKinds = ["session", "token", "device"] as const;
/** One of {@link sessionKinds}. */
export type SessionKind = (typeof sessionKinds)[number];

/** One way in which an account is signed in (wire.md, "People"). */
export interface SessionItem {
	readonly id: string;
	readonly kind: SessionKind;
	/** The name of the client, the token or the device. */
	readonly client: string;
	readonly createdAt: number;
	readonly lastUsedAt?: number;
	/** The id of the session or token that has registered this device key, which ends with it. */
	readonly madeBy?: string;
	/** True for the session of the caller. */
	readonly current?: boolean;
}

/** Lists and ends the sessions of one kind. */
export interface SessionSource {
	readonly kind: SessionKind;
	list(account: AccountId): Promise<readonly SessionItem[]>;
	/** Ends a session, whose credentials are no longer valid from then on; `false` if the account has no such session. */
	end(account: AccountId, id: string): Promise<boolean>;
	/** Ends all sessions of an account. @param except the ids of sessions that do not end */
	endAll(account: AccountId, except?: readonly string[]): Promise<void>;
}

/**
 * All sessions of an account, newest first.
 *
 * @param current the ids of the caller's session and credential
 */
export async function sessionsOf(
	context: CoreContext,
	account: Account,
	current: readonly (string | undefined)[] = [],
): Promise<readonly SessionItem[]> {
	const lists = await Promise.all(sessionSources(context).map((source) => source.list(account.id)));
	return lists
		.flat()
		.map((item) => ({ ...item, current: current.includes(item.id) }))
		.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1));
}

/** Ends a session and its open streams; `false` if the account has no session with this id. */
export async function endSession(context: CoreContext, account: Account, id: string): Promise<boolean> {
	for (const source of sessionSources(context)) {
		if (!(await source.end(account.id, id))) continue;
		announceRevocation(context, account.id);
		return true;
	}
	return false;
}

/**
 * Ends the sessions of an account, and their open streams.
 *
 * @param options.kinds only sessions of these kinds
 * @param options.except the id of a session that does not end, nor what has made it
 */
export async function endSessions(
	context: CoreContext,
	account: AccountId,
	{ kinds = sessionKinds, except }: { readonly kinds?: readonly SessionKind[]; readonly except?: string } = {},
): Promise<void> {
	const maker = except === undefined ? undefined : await makerOfSession(context, except);
	const kept = [except, maker?.id].filter((id) => id !== undefined);
	for (const source of sessionSources(context)) {
		if (kinds.includes(source.kind)) await source.endAll(account, kept);
	}
	announceRevocation(context, account);
}
