import type { CoreContext } from "../events/context.ts";
import { deviceSessions } from "./device-sessions.ts";
import { oauthSessions } from "./oauth-sessions.ts";
import type { SessionSource } from "./sessions.ts";
import { tokenSessions } from "./token-sessions.ts";

/** All sources of sessions. */
export const sessionSources = (context: CoreContext): readonly SessionSource[] => [
	oauthSessions(context),
	tokenSessions(context),
	deviceSessions(context),
];
