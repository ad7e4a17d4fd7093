import type { AccountId } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { idOf, idsOf, typeOf } from "../reading.ts";
import { type Arrived, embedded, type Meaning, type Reader } from "./reader.ts";

/** `Accept` or `Reject` of a `Follow` of ours. That it was sent to the sender is for the core to see: only theirs is answered. */
export const readAccept: Reader = ({ ids }, arrived) => answer(ids, arrived, true);
export const readReject: Reader = ({ ids }, arrived) => answer(ids, arrived, false);

function answer(ids: Ids, arrived: Arrived, accepted: boolean): Meaning | undefined {
	const account = followerIn(ids, arrived);
	return account === undefined ? undefined : { kind: "answer", account, accepted };
}

/**
 * Who asked: as the repeated request says; or as our request's id says, when it comes alone; or, where the id is not ours
 * (hollo#373), the one of ours to whom the answer is addressed.
 */
function followerIn(ids: Ids, arrived: Arrived): AccountId | undefined {
	const request = embedded(arrived);
	if (request !== undefined && typeOf(request) !== "Follow" && request["type"] !== undefined) return undefined;
	const actor = ids.parseActor(idOf(request?.["actor"]) ?? "");
	if (actor?.kind === "account") return actor.account;
	const { suffix } = ids.parseActivity(idOf(arrived.activity["object"]) ?? "") ?? { suffix: "" };
	const named = ids.parseActor(`${ids.origin}/users/${suffix.replace(/^follow-/, "")}`);
	if (suffix.startsWith("follow-") && named?.kind === "account") return named.account;
	const addressed = idsOf(arrived.activity["to"])
		.map((id) => ids.parseActor(id))
		.filter((to) => to?.kind === "account");
	return addressed.length === 1 ? addressed[0]?.account : undefined;
}
