import type { World } from "#core/events/world.ts";
import type { Account } from "#core/model/account.ts";
import type { BrowserSessions } from "../../oauth/browser-session.ts";
import { seeOther } from "../../page-kit/private-page.ts";
import type { PageCall } from "../page-routes.ts";
import type { EntrancePaths } from "./log-in-page.ts";

/** How somebody proved who they are (RFC 8176). */
export type Proof = readonly ("pwd" | "otp" | "hwk")[];

/** Where people come in: to our own pages, or to an authorization that a client has begun. The steps are the same. */
export interface Entrance {
	/** Keeps what is half done here apart from what is half done elsewhere. */
	readonly place: string;
	readonly paths: EntrancePaths;
	/** What the client calls itself; absent: our own pages. */
	readonly client?: string;
	/** The name that is expected. */
	readonly hint?: string;
	/** Where it leads in the end, beside our own pages. */
	readonly formTargets: readonly string[];
	/** They are who they say: answers with what comes next. */
	enter(account: Account, proof: Proof): Promise<void>;
}

const fallback = "/account";

/** The path on our own origin that a text names; anything else is the account's page. */
export function ownPath(text: unknown, origin: string): string {
	if (typeof text !== "string" || !text.startsWith("/") || text.length > 2000) return fallback;
	const url = URL.parse(text, origin);
	// `/.//other.example` is a path here, and what is left of it when it has been read is another host.
	const isOwn = url !== null && url.origin === new URL(origin).origin && !url.pathname.startsWith("//");
	return isOwn ? url.pathname + url.search : fallback;
}

/** The way in to our own pages: `/login?return=…`. */
export function ownEntrance({ ctx }: PageCall, { origin }: World, sessions: BrowserSessions): Entrance {
	const back = ownPath(ctx.query.return, origin);
	const query = back === fallback ? "" : `?return=${encodeURIComponent(back)}`;
	return {
		place: "own",
		paths: {
			logIn: `/login${query}`,
			secondFactor: `/login/second-factor${query}`,
			passkey: `/login/passkey${query}`,
			passkeyOptions: "/login/passkey/options",
			signUp: `/signup${query}`,
		},
		formTargets: [],
		async enter(account, proof) {
			await sessions.start(ctx, account, { amr: proof });
			seeOther(ctx, back);
		},
	};
}
