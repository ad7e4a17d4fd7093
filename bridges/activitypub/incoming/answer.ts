import type { AccountId } from "#bridge-kit";
import { firstOf, idOf, isJson, type Json, knownTypeOf, sameOrigin, typeOf } from "../reading.ts";
import { type InboxContext, type Meaning, type Reader, type ReceivedActivity } from "./reader.ts";

/** `Accept` or `Reject` of one of our `Follow`s. The core checks that the follow was addressed to the sender. */
export const readAccept: Reader = (context, received) => answer(context, received, true);
export const readReject: Reader = (context, received) => answer(context, received, false);

const follow: ReadonlySet<"Follow"> = new Set(["Follow"]);

/**
 * An answer means the `Follow` that it names: embedded, with us as its actor and the sender as its object; by our own id of it; or by an
 * id under which the sender's server serves it. Many other things are accepted and rejected too (replies, likes, quotes, invitations), so
 * an answer to anything else is not one to a follow.
 */
async function answer(
	context: InboxContext,
	received: ReceivedActivity,
	accepted: boolean,
): Promise<Meaning | undefined> {
	const { ids, documents } = context;
	const answered = firstOf(received.activity["object"]);
	const id = idOf(answered);
	if (isJson(answered) && typeOf(answered) !== undefined) {
		const account = followerIn(context, answered, received.actor);
		if (account === undefined) return undefined;
		const join = followNamed(context, id)?.join;
		// A request that we repeated may be accepted under the id of the earlier one; it must not be rejected by that.
		return { kind: "answer", account, accepted, ...(accepted || join === undefined ? {} : { join }) };
	}
	if (id === undefined) return undefined;
	const named = followNamed(context, id);
	if (named !== undefined) return { kind: "answer", accepted, ...named };
	if (ids.isOurs(id) || !sameOrigin(id, received.actor)) return undefined;
	const found = await documents.fetchObject(id);
	const account = found.status === "found" ? followerIn(context, found.document, received.actor) : undefined;
	return account === undefined ? undefined : { kind: "answer", account, accepted };
}

/** The local account that follows the sender in a `Follow`, whatever id the sender's server gives it (hollo#373). */
function followerIn({ ids }: InboxContext, document: Json, sender: string): AccountId | undefined {
	const object = idOf(document["object"]);
	if (knownTypeOf(document, follow) === undefined || (object !== undefined && object !== sender)) return undefined;
	const actor = idOf(document["actor"]);
	if (actor === undefined) return followNamed({ ids }, idOf(document))?.account;
	const follower = ids.parseActor(actor);
	return follower?.kind === "account" ? follower.account : undefined;
}

/** The follower and the event in the id of one of our `Follow`s. */
function followNamed(
	{ ids }: Pick<InboxContext, "ids">,
	id: string | undefined,
): { readonly account: AccountId; readonly join: string } | undefined {
	const name = ids.parseActivity(id ?? "");
	if (name?.suffix.startsWith("follow-") !== true) return undefined;
	const actor = ids.parseActor(`${ids.origin}/users/${name.suffix.slice("follow-".length)}`);
	return actor?.kind === "account" ? { account: actor.account, join: name.event } : undefined;
}
