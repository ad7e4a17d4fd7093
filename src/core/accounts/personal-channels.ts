import type { ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { NewChannel } from "../model/channel.ts";

type Owner = Pick<Account, "id" | "handle" | "group" | "timeline" | "origin" | "reach">;

/** True for an account whose channels are at home elsewhere: what is said in them here is sent there. */
const isElsewhere = ({ origin, reach }: Owner): boolean => origin !== undefined && reach !== undefined;

const common = ({ id, handle, group }: Owner) =>
	({
		group,
		stream: id,
		handle,
		type: "text",
		topic: "",
		tags: [],
		allowedTypes: ["memo", "article", "message"],
	}) as const;

/** The channel in which an account speaks to everyone (design §2). */
export const timelineChannel = (owner: Owner): NewChannel => ({
	id: owner.timeline,
	...common(owner),
	name: "timeline",
	tier: "discoverable",
	...(isElsewhere(owner)
		? { kind: "shadow", owner: owner.id, timeline: owner.timeline }
		: { kind: "timeline", owner: owner.id }),
});

/** The channel in which it speaks to its accepted followers: the members of its timeline. */
export const followersChannel = (owner: Owner, id: ChannelId): NewChannel => ({
	id,
	...common(owner),
	name: "followers",
	tier: "members",
	kind: isElsewhere(owner) ? "shadow" : "followers",
	owner: owner.id,
	timeline: owner.timeline,
});
