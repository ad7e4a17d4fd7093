import type { CoreContext } from "#core/events/context.ts";
import type { Account } from "#core/model/account.ts";
import type { BrowserSessions } from "../../oauth/browser-session.ts";
import { seeOther } from "../../page-kit/private-page.ts";
import type { PageCall } from "../page-routes.ts";
import type { LoginPaths } from "./login-page.ts";

/** The authentication methods of a login (RFC 8176). */
export type Proof = readonly ("pwd" | "otp" | "hwk")[];

/** What a login is for: the account pages, or an authorization request. The steps are the same. */
export interface LoginContext {
	/** Separates pending logins: `own` for the account pages, or the id of an interaction. */
	readonly flow: string;
	readonly paths: LoginPaths;
	/** The name of the requesting client; absent for the account pages. */
	readonly client?: string;
	/** The expected handle or e-mail address. */
	readonly hint?: string;
	/** Origins to which the login may redirect in the end, besides our own. */
	readonly formTargets: readonly string[];
	/** Logs the authenticated account in, and redirects. */
	complete(account: Account, proof: Proof): Promise<void>;
}

const fallback = "/account";

/** A path on our own origin, for a redirect; `/account` for anything else. */
export function localPath(text: unknown, origin: string): string {
	if (typeof text !== "string" || !text.startsWith("/") || text.length > 2000) return fallback;
	const url = URL.parse(text, origin);
	// `/.//other.example` is parsed as the path `//other.example`, which a browser would follow to another host.
	const isOwn = url !== null && url.origin === new URL(origin).origin && !url.pathname.startsWith("//");
	return isOwn ? url.pathname + url.search : fallback;
}

/** A login to the account pages: `/login?return=…`. */
export function accountLogin({ ctx }: PageCall, { origin }: CoreContext, sessions: BrowserSessions): LoginContext {
	const back = localPath(ctx.query.return, origin);
	const query = back === fallback ? "" : `?return=${encodeURIComponent(back)}`;
	return {
		flow: "own",
		paths: {
			logIn: `/login${query}`,
			secondFactor: `/login/second-factor${query}`,
			passkey: `/login/passkey${query}`,
			passkeyOptions: "/login/passkey/options",
			signUp: `/signup${query}`,
		},
		formTargets: [],
		async complete(account, proof) {
			await sessions.start(ctx, account, { amr: proof });
			seeOther(ctx, back);
		},
	};
}
