import { createHash } from "node:crypto";
import type { JoinTarget } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { type Arrived, type InboxContext, objectIdOf, type Reader } from "./reader.ts";

/** Whom a `Follow` or `Block` of ours is about. The provider's own actor is followed by nobody. */
export function targetOf(ids: Ids, id: string): JoinTarget | undefined {
	const actor = ids.parseActor(id);
	return actor === undefined || actor.kind === "instance" ? undefined : actor;
}

const prefixOf = (actor: string): string => `follow:${createHash("sha256").update(actor).digest("base64url")}:`;

/** Somebody follows one of ours. The id of the request is kept: some take it back by nothing else. One per pair. */
export const readFollow: Reader = async ({ host, ids }, arrived) => {
	const object = objectIdOf(arrived);
	const target = targetOf(ids, object);
	if (target === undefined) return undefined;
	if (arrived.activity["id"] !== undefined) await host.state.set(prefixOf(arrived.actor) + object, arrived.id);
	return { kind: "join", target };
};

/** Whom somebody once followed by a request of this id. */
export async function followedBy(
	{ host, ids }: InboxContext,
	{ actor }: Arrived,
	id: string,
): Promise<JoinTarget | undefined> {
	const prefix = prefixOf(actor);
	const follows = await host.state.list(prefix, { limit: 1000 });
	const found = follows.find(({ value }) => value === id);
	return found === undefined ? undefined : targetOf(ids, found.key.slice(prefix.length));
}

/** Who blocks one of ours does not follow them any more. */
export const readBlock: Reader = ({ ids }, arrived) => {
	const target = targetOf(ids, objectIdOf(arrived));
	return target === undefined ? undefined : { kind: "leave", target };
};
