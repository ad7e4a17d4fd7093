import type { Account } from "#bridge-kit";
import type { Ids } from "../ids.ts";
import { isJson } from "../reading.ts";
import { inner, type Signed, type Writer, write } from "./writer.ts";

/** Its id names the event and the follower: an `Accept` that repeats nothing but the id is understood without looking anything up. */
function followOf(ids: Ids, event: string, follower: Account, owner: Account): Signed {
	const object = ids.person(owner);
	return write(ids.person(follower), {
		id: ids.activity(event, `follow-${follower.id}`),
		type: "Follow",
		to: [object],
		object,
	});
}

export const writeJoin: Writer<"join"> = ({ ids }, { id, actor, owner }) => [followOf(ids, id, actor, owner)];

export const writeLeave: Writer<"leave"> = ({ ids }, { id, actor, owner, joined }) => {
	const follow = followOf(ids, joined, actor, owner);
	return [write(follow.signer, { id: ids.activity(id), type: "Undo", to: [ids.person(owner)], object: inner(follow) })];
};

/** `Accept` or `Reject`, with the request inline: many match it by actor and object, not by id. */
export const writeAnswer: Writer<"answer"> = ({ ids }, { id, channel, account, accepted, request }) => {
	const signer = ids.channelActor(channel);
	const follower = ids.person(account);
	const asked = isJson(request)
		? { id: request["id"], type: "Follow", actor: follower, object: request["object"] }
		: { type: "Follow", actor: follower, object: signer };
	return [write(signer, { id: ids.activity(id), type: accepted ? "Accept" : "Reject", to: [follower], object: asked })];
};
