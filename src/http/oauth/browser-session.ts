import type { Context } from "koa";
import type { Provider } from "oidc-provider";
import type { CoreContext } from "#core/events/context.ts";
import { endGrant } from "#core/identity/oauth-records.ts";
import { accountOfSubject, subjectOf } from "#core/identity/subject.ts";
import type { Account } from "#core/model/account.ts";

/** A login in a browser. */
export interface BrowserSession {
	readonly account: Account;
	/** The session's public id. */
	readonly id: string;
	/** When the account was last authenticated, in milliseconds. */
	readonly authTime: number;
}

/**
 * Browser sessions, in the authorization server's session cookie: a login for an app is also a login to the account pages, and
 * the other way round.
 */
export interface BrowserSessions {
	current(ctx: Context): Promise<BrowserSession | undefined>;
	/** Logs an account in, under a new session id. @param amr the authentication methods (RFC 8176): `pwd`, `otp`, `hwk` … */
	start(ctx: Context, account: Account, proof: { readonly amr: readonly string[] }): Promise<void>;
	/** Logs out, and ends the grants of clients without `offline_access`. */
	end(ctx: Context): Promise<void>;
}

type Session = InstanceType<Provider["Session"]>;

export interface SessionParts {
	readonly context: CoreContext;
	/** Loads the library when it is first needed. */
	readonly provider: () => Promise<Provider>;
	/** The name of the session's cookie. */
	readonly cookie: string;
	/** Seconds. */
	readonly lifetime: number;
}

export function createBrowserSessions({ context, provider, cookie, lifetime }: SessionParts): BrowserSessions {
	/** Checked first, because most requests have no such cookie and need not load the library. */
	const hasCookie = (ctx: Context): boolean => ctx.req.headers.cookie?.includes(`${cookie}=`) === true;

	async function sessionOf(ctx: Context): Promise<Session | undefined> {
		if (!hasCookie(ctx)) return undefined;
		const session = await (await provider()).Session.get(ctx as never);
		return session.accountId === undefined ? undefined : session;
	}

	function setCookie(server: Provider, ctx: Context, value: string | null): void {
		const secure = context.origin.startsWith("https:");
		server.createContext(ctx.req, ctx.res).cookies.set(cookie, value, {
			signed: true,
			httpOnly: true,
			sameSite: "lax",
			overwrite: true,
			path: "/",
			secure,
			...(value === null ? {} : { maxAge: lifetime * 1000 }),
		});
	}

	async function close(session: Session): Promise<void> {
		await session.destroy();
		for (const { grantId, persistsLogout } of Object.values(session.authorizations ?? {}))
			if (grantId !== undefined && persistsLogout !== true) await endGrant(context, grantId);
	}

	return {
		async current(ctx) {
			const session = await sessionOf(ctx);
			if (session?.accountId === undefined) return undefined;
			const account = await accountOfSubject(context, session.accountId);
			return account && { account, id: session.uid, authTime: (session.loginTs ?? 0) * 1000 };
		},
		async start(ctx, account, { amr }) {
			const server = await provider();
			const before = await sessionOf(ctx);
			const subject = subjectOf(context, account);
			const isSame = before?.accountId === subject;
			if (before !== undefined && !isSame) await close(before);
			const session = before !== undefined && isSame ? before : new server.Session();
			session.loginAccount({ accountId: subject, amr: [...amr], loginTs: Math.floor(context.clock.now() / 1000) });
			if (isSame) session.resetIdentifier();
			await session.save(lifetime);
			setCookie(server, ctx, session.jti);
		},
		async end(ctx) {
			const session = await sessionOf(ctx);
			if (session !== undefined) await close(session);
			if (hasCookie(ctx)) setCookie(await provider(), ctx, null);
		},
	};
}
