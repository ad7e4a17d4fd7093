import type { ChannelId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import type { NewChannel } from "../model/channel.ts";

type Owner = Pick<Account, "id" | "handle" | "group" | "timeline" | "origin" | "reach">;

/** True for a remote account with a home that receives the posts in its channels. */
const hasRemoteHome = ({ origin, reach }: Owner): boolean => origin !== undefined && reach !== undefined;

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

/** The public timeline of an account (design §2). */
export const timelineChannel = (owner: Owner): NewChannel => ({
	id: owner.timeline,
	...common(owner),
	name: "timeline",
	tier: "discoverable",
	...(hasRemoteHome(owner)
		? { kind: "shadow", owner: owner.id, timeline: owner.timeline }
		: { kind: "timeline", owner: owner.id }),
});

/** The channel of an account that only its accepted followers read: the members of its timeline. */
export const followersChannel = (owner: Owner, id: ChannelId): NewChannel => ({
	id,
	...common(owner),
	name: "followers",
	tier: "members",
	kind: hasRemoteHome(owner) ? "shadow" : "followers",
	owner: owner.id,
	timeline: owner.timeline,
});
