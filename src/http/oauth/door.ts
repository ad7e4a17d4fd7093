import type { Middleware } from "koa";
import type { BrowserSessions } from "./browser-session.ts";
import type { Interactions } from "./interactions.ts";

/** The authorization server, as the rest of the HTTP door sees it. Its library is loaded when it is first needed. */
export interface OAuthDoor {
	/** Answers `/oauth/*` (but the pages of interactions) and the documents about it below `/.well-known`. */
	middleware(): Middleware;
	readonly sessions: BrowserSessions;
	readonly interactions: Interactions;
}
