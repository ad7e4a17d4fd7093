import type { AccountId } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { idOf, idsOf, typeOf } from "../reading.ts";
import { embedded, type Meaning, type Reader, type ReceivedActivity } from "./reader.ts";

/** `Accept` or `Reject` of one of our `Follow`s. The core checks that the follow was addressed to the sender. */
export const readAccept: Reader = ({ ids }, received) => answer(ids, received, true);
export const readReject: Reader = ({ ids }, received) => answer(ids, received, false);

function answer(ids: Ids, received: ReceivedActivity, accepted: boolean): Meaning | undefined {
	const account = followerIn(ids, received);
	return account === undefined ? undefined : { kind: "answer", account, accepted };
}

/**
 * The follower: the actor of the embedded `Follow`; or, when only its id is sent, the account in our own id; or, when the id is
 * not one of ours (hollo#373), the only local account that the answer is addressed to.
 */
function followerIn(ids: Ids, received: ReceivedActivity): AccountId | undefined {
	const request = embedded(received);
	if (request !== undefined && typeOf(request) !== "Follow" && request["type"] !== undefined) return undefined;
	const actor = ids.parseActor(idOf(request?.["actor"]) ?? "");
	if (actor?.kind === "account") return actor.account;
	const { suffix } = ids.parseActivity(idOf(received.activity["object"]) ?? "") ?? { suffix: "" };
	const named = ids.parseActor(`${ids.origin}/users/${suffix.replace(/^follow-/, "")}`);
	if (suffix.startsWith("follow-") && named?.kind === "account") return named.account;
	const addressed = idsOf(received.activity["to"])
		.map((id) => ids.parseActor(id))
		.filter((to) => to?.kind === "account");
	return addressed.length === 1 ? addressed[0]?.account : undefined;
}
