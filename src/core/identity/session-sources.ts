import type { World } from "../events/world.ts";
import { deviceSessions } from "./device-sessions.ts";
import { oauthSessions } from "./oauth-sessions.ts";
import type { SessionSource } from "./sessions.ts";
import { tokenSessions } from "./token-sessions.ts";

/** All sources of sessions. */
export const sessionSources = (world: World): readonly SessionSource[] => [
	oauthSessions(world),
	tokenSessions(world),
	deviceSessions(world),
];
