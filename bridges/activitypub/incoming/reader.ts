import type { BridgeHost, RemoteEvent } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { firstOf, idOf, isJson, type Json, sameOrigin } from "../reading.ts";
import type { ActorDirectory } from "../remote/actor-directory.ts";
import type { Documents } from "../remote/fetch-document.ts";
import { Refused } from "./refused.ts";

type Unsent<E> = E extends RemoteEvent ? Omit<E, "id" | "sender" | "raw"> : never;
/** What an activity means, before it is known who sent it. */
export type Meaning = Unsent<RemoteEvent>;

/** What the readers of activities work with. */
export interface InboxContext {
	readonly host: Pick<BridgeHost, "about" | "text" | "people" | "state" | "logger">;
	readonly ids: Ids;
	readonly documents: Documents;
	readonly directory: ActorDirectory;
	/** Forgets a remote key. */
	forgetKey(keyId: string): void;
}

/** An activity whose actor is known to be who signed it. */
export interface Arrived {
	readonly activity: Json;
	readonly actor: string;
	readonly id: string;
}

/**
 * Says what one type of activity means; `undefined`: nothing that is taken over here.
 * @throws {Refused}
 * @throws {RemoteTrouble} something had to be fetched and can't be now
 */
export type Reader = (context: InboxContext, arrived: Arrived) => Meaning | undefined | Promise<Meaning | undefined>;

/** What an activity is about. @throws {Refused} it names nothing */
export function objectIdOf({ activity }: Arrived): string {
	const id = idOf(activity["object"]);
	if (id === undefined) throw new Refused(400, "The activity has no object");
	return id;
}

/** What an activity is about, embedded; `undefined` when it is only named. */
export const embedded = ({ activity }: Arrived): Json | undefined => {
	const object = firstOf(activity["object"]);
	return isJson(object) ? object : undefined;
};

/**
 * Refuses an activity about something that is not its actor's to speak of: what is ours, and what is of another origin.
 * @throws {Refused}
 */
export function mustBeTheirs({ ids }: Pick<InboxContext, "ids">, { actor }: Arrived, id: string): void {
	if (ids.isOurs(id)) throw new Refused(403, "The object lives here");
	if (!sameOrigin(id, actor)) throw new Refused(403, "The object and its actor are of different origins");
}
