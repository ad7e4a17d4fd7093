import type { BridgeHost, RemoteEvent } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { firstOf, idOf, isJson, type Json, sameOrigin } from "../reading.ts";
import type { ActorDirectory } from "../remote/actor-directory.ts";
import type { Documents } from "../remote/fetch-document.ts";
import { Refused } from "./refused.ts";

type Unsent<E> = E extends RemoteEvent ? Omit<E, "id" | "sender" | "raw"> : never;
/** A remote event before its sender has been resolved. */
export type Meaning = Unsent<RemoteEvent>;

/** What the readers of activities need. */
export interface InboxContext {
	readonly host: Pick<BridgeHost, "about" | "clock" | "text" | "people" | "messages" | "state" | "logger">;
	readonly ids: Ids;
	readonly documents: Documents;
	readonly directory: ActorDirectory;
	/** Drops a remote key from the cache. */
	forgetKey(keyId: string): void;
}

/** An activity whose actor has been verified to be its signer. */
export interface ReceivedActivity {
	readonly activity: Json;
	readonly actor: string;
	/** Its own id, or one that is made of its content. */
	readonly id: string;
	/** Whether it has an id of its own. */
	readonly isNamed: boolean;
}

/**
 * Converts one type of activity; `undefined`: it changes nothing here.
 * @throws {Refused}
 * @throws {RemoteUnavailable} a document that is needed can't be fetched now
 */
export type Reader = (
	context: InboxContext,
	received: ReceivedActivity,
) => Meaning | undefined | Promise<Meaning | undefined>;

/** The id of an activity's object. @throws {Refused} it has none */
export function objectIdOf({ activity }: ReceivedActivity): string {
	const id = idOf(activity["object"]);
	if (id === undefined) throw new Refused(400, "The activity has no object");
	return id;
}

/** The embedded object of an activity; `undefined` when only its id is given. */
export const embedded = ({ activity }: ReceivedActivity): Json | undefined => {
	const object = firstOf(activity["object"]);
	return isJson(object) ? object : undefined;
};

/**
 * Refuses an activity about an object that does not belong to its sender: one of ours, or one of another origin.
 * @throws {Refused}
 */
export function assertSendersOwn({ ids }: Pick<InboxContext, "ids">, { actor }: ReceivedActivity, id: string): void {
	if (ids.isOurs(id)) throw new Refused(403, "The object lives here");
	if (!sameOrigin(id, actor)) throw new Refused(403, "The object and its actor are of different origins");
}
