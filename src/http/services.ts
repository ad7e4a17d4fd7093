import type { Services } from "./base/services.ts";
import type { OAuthDoor } from "./oauth/door.ts";

export type { Limits } from "./base/limits.ts";
export type { Health } from "./base/services.ts";

/** The dependencies of all doors. */
export interface AppServices extends Services {
	readonly oauth: OAuthDoor;
}
