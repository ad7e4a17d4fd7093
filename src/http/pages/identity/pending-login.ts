import type { Context } from "koa";
import { accountById } from "#core/accounts/find-account.ts";
import type { CoreContext } from "#core/events/context.ts";
import { passwordSince } from "#core/identity/credentials.ts";
import type { AccountId } from "#core/ids.ts";
import type { Account } from "#core/model/account.ts";
import { readCookie, setCookie } from "../../page-kit/cookies.ts";

const cookie = "causeway_pending_login";
const maxAgeMs = 10 * 60_000;

/** A login whose password was correct and whose second factor is still missing. Kept in a sealed cookie. */
interface PendingLogin {
	readonly purpose: "pending-login";
	readonly account: AccountId;
	/** When the password was set; a password change invalidates the pending login. */
	readonly password: number;
	/** The login that it belongs to: to the account pages, or of one interaction. */
	readonly flow: string;
	readonly until: number;
}

/** Stores a pending login in a cookie. */
export async function savePendingLogin(
	ctx: Context,
	context: CoreContext,
	account: Account,
	flow: string,
): Promise<void> {
	const password = await passwordSince(context, account.id);
	const until = context.clock.now() + maxAgeMs;
	const kept: PendingLogin = { purpose: "pending-login", account: account.id, password, flow, until };
	setCookie(ctx, cookie, String(context.vault.seal(kept)), { origin: context.origin, maxAgeMs });
}

/** The account of the pending login of a flow; `undefined` if there is none or it has expired. */
export async function pendingLogin(ctx: Context, context: CoreContext, flow: string): Promise<Account | undefined> {
	const kept = open(context, readCookie(ctx, cookie, context.origin));
	if (kept?.purpose !== "pending-login" || kept.flow !== flow || kept.until < context.clock.now()) return undefined;
	if (kept.password !== (await passwordSince(context, kept.account))) return undefined;
	const account = await accountById(context, kept.account);
	return account?.deletedAt === undefined ? account : undefined;
}

export const clearPendingLogin = (ctx: Context, { origin }: Pick<CoreContext, "origin">): void =>
	setCookie(ctx, cookie, undefined, { origin });

function open(context: CoreContext, sealed: string | undefined): PendingLogin | undefined {
	if (sealed === undefined) return undefined;
	try {
		return context.vault.open(sealed) as PendingLogin;
	} catch {
		// Forged, or sealed with a previous key.
		return undefined;
	}
}
