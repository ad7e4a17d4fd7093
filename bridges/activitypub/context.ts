import type { BridgeHost, Requester } from "#bridge-kit";
import type { Ids } from "./ids.ts";
import type { ActorKeys } from "./keys.ts";

/** What objects (Note, Article) are built from; all of it pure. */
export interface NoteContext {
	readonly host: Pick<BridgeHost, "about" | "text">;
	readonly ids: Ids;
}

/** What everything that we publish is built from: actors, collections and the activities of an outbox. */
export interface PublishingContext {
	readonly host: Pick<BridgeHost, "about" | "text" | "people" | "messages">;
	readonly ids: Ids;
	readonly keys: ActorKeys;
}

/** The same, for the answer to a request. */
export interface ServingContext extends PublishingContext {
	/** Who signed the request: an actor's account here, or a server; absent if it is anonymous, or the actor is not known here. */
	readonly reader?: Requester;
}
