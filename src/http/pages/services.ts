import type { Services } from "../base/services.ts";
import type { OAuthDoor } from "../oauth/door.ts";

/** What pages are built from: the services of every door, and who is logged in in a browser. */
export interface PageServices extends Services {
	readonly oauth: Pick<OAuthDoor, "sessions" | "interactions">;
}
