import type { Account } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { idOf, isJson } from "../reading.ts";
import { activityBy, type OutboxActivity, type Writer, withoutContext } from "./writer.ts";

/** Its id contains the event and the follower, so that an `Accept` with nothing but the id is understood without a look-up. */
function followOf(ids: Ids, event: string, follower: Account, owner: Account): OutboxActivity {
	const object = ids.person(owner);
	return activityBy(ids.person(follower), {
		id: ids.activity(event, `follow-${follower.id}`),
		type: "Follow",
		to: [object],
		object,
	});
}

export const writeJoin: Writer<"join"> = ({ ids }, { id, actor, owner }) => [followOf(ids, id, actor, owner)];

export const writeLeave: Writer<"leave"> = ({ ids }, { id, actor, owner, joined }) => {
	const follow = followOf(ids, joined, actor, owner);
	return [
		activityBy(follow.signer, {
			id: ids.activity(id),
			type: "Undo",
			to: [ids.person(owner)],
			object: withoutContext(follow),
		}),
	];
};

/** `Accept` or `Reject` with the `Follow` embedded: many servers match it by actor and object, not by id. */
export const writeAnswer: Writer<"answer"> = ({ ids }, { id, channel, account, accepted, request }) => {
	const signer = ids.channelActor(channel);
	const follower = ids.person(account);
	const asked = isJson(request)
		? { id: request["id"], type: "Follow", actor: follower, object: idOf(request["object"]) ?? signer }
		: { ...(typeof request === "string" ? { id: request } : {}), type: "Follow", actor: follower, object: signer };
	return [
		activityBy(signer, { id: ids.activity(id), type: accepted ? "Accept" : "Reject", to: [follower], object: asked }),
	];
};
