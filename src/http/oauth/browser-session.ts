import type { Context } from "koa";
import type { Account } from "#core/accounts/account.ts";

/** Who is logged in in a browser. */
export interface BrowserSession {
	readonly account: Account;
	/** The session's id; no secret. */
	readonly id: string;
	/** When they proved who they are, in milliseconds. */
	readonly authTime: number;
}

/**
 * The OpenID provider's own session cookie: who is logged in for a consent is logged in on our other pages too, and the other
 * way round.
 */
export interface BrowserSessions {
	current(ctx: Context): Promise<BrowserSession | undefined>;
	/** Logs somebody in, under a new id. @param amr how they proved who they are (RFC 8176): `pwd`, `otp`, `hwk` … */
	start(ctx: Context, account: Account, proof: { readonly amr: readonly string[] }): Promise<void>;
	/** Logs out. */
	end(ctx: Context): Promise<void>;
}
