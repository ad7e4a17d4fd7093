import type { Services } from "./base/services.ts";
import type { OAuthDoor } from "./oauth/door.ts";

export type { Limits } from "./base/limits.ts";
export type { Health } from "./base/services.ts";

/** What all doors together are built from. */
export interface AppServices extends Services {
	readonly oauth: OAuthDoor;
}
