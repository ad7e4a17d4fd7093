import { createHash } from "node:crypto";
import type { JoinTarget } from "#bridge-kit";
import { type ActorNames, localActorOf } from "../local-actor.ts";
import { listOf } from "../reading.ts";
import { type InboxContext, objectIdOf, type Reader, type ReceivedActivity } from "./reader.ts";

/** The local account or channel that a `Follow` or `Block` names. The provider's own actor cannot be followed. */
export async function targetOf(names: ActorNames, id: string): Promise<JoinTarget | undefined> {
	const actor = await localActorOf(names, id);
	return actor === undefined || actor.kind === "instance" ? undefined : actor;
}

const maxFollows = 1000;
const prefixOf = (actor: string): string => `follow:${createHash("sha256").update(actor).digest("base64url")}:`;

/** A `Follow`. Its id is kept: some servers undo it by its id alone. */
export const readFollow: Reader = async (context, received) => {
	const object = objectIdOf(received);
	const target = await targetOf(context, object);
	if (target === undefined) return undefined;
	if (received.isNamed) await keepId(context, received, object);
	return { kind: "join", target };
};

/** How many ids are kept of the follows of one actor of ours by one follower, newest first: an older one may arrive once more. */
const maxIds = 8;

/** The ids of a pair's follows; an earlier version kept one. */
const idsIn = (value: unknown): readonly string[] => listOf(value).filter((id) => typeof id === "string");

/** An id that is used again from now on only names the newest `Follow`. */
async function keepId({ host }: InboxContext, { actor, id }: ReceivedActivity, object: string): Promise<void> {
	const prefix = prefixOf(actor);
	let known: readonly string[] = [];
	for (const { key, value } of await host.state.list(prefix, { limit: maxFollows })) {
		if (key === prefix + object) known = idsIn(value);
		else if (idsIn(value).includes(id))
			await host.state.set(
				key,
				idsIn(value).filter((other) => other !== id),
			);
	}
	await host.state.set(prefix + object, [id, ...known.filter((other) => other !== id)].slice(0, maxIds));
}

/** The target of the `Follow` that had this id. */
export async function followedBy(
	{ host, ids }: InboxContext,
	{ actor }: ReceivedActivity,
	id: string,
): Promise<JoinTarget | undefined> {
	const prefix = prefixOf(actor);
	const follows = await host.state.list(prefix, { limit: maxFollows });
	const found = follows.find(({ value }) => idsIn(value).includes(id));
	return found === undefined ? undefined : targetOf({ host, ids }, found.key.slice(prefix.length));
}

/** A `Block` of one of our actors ends the follows in both directions. */
export const readBlock: Reader = async (context, received) => {
	const target = await targetOf(context, objectIdOf(received));
	return target === undefined ? undefined : { kind: "leave", target, blocked: true };
};
