import type { Services } from "../base/services.ts";
import type { OAuthDoor } from "../oauth/door.ts";

/** The services that pages need: those of every door, browser sessions and interactions. */
export interface PageServices extends Services {
	readonly oauth: Pick<OAuthDoor, "sessions" | "interactions">;
}
