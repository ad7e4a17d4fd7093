import type { JoinTarget } from "#bridge-kit";
import { type ActorNames, localActorOf } from "../local-actor.ts";
import { type KeptType, keepId } from "./kept-ids.ts";
import { type InboxContext, objectIdOf, type Reader, type ReceivedActivity } from "./reader.ts";

/** The local account or channel that a `Follow` or `Block` names. The provider's own actor cannot be followed. */
export async function targetOf(names: ActorNames, id: string): Promise<JoinTarget | undefined> {
	const actor = await localActorOf(names, id);
	return actor === undefined || actor.kind === "instance" ? undefined : actor;
}

/** The target of a `Follow` or `Block`, whose id is kept. */
async function keptTarget(
	context: InboxContext,
	received: ReceivedActivity,
	type: KeptType,
): Promise<JoinTarget | undefined> {
	const object = objectIdOf(received);
	const target = await targetOf(context, object);
	if (target !== undefined && received.isNamed) await keepId(context, received, { type, object });
	return target;
}

/** A `Follow`. */
export const readFollow: Reader = async (context, received) => {
	const target = await keptTarget(context, received, "Follow");
	return target === undefined ? undefined : { kind: "join", target };
};

/** A `Block` of one of our actors ends the follows in both directions. */
export const readBlock: Reader = async (context, received) => {
	const target = await keptTarget(context, received, "Block");
	return target === undefined ? undefined : { kind: "leave", target, blocked: true };
};
