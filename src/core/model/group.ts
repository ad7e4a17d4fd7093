import type { AccountId, GroupId } from "../ids.ts";

export const joinPolicies = ["open", "approval", "invite"] as const;
export type JoinPolicy = (typeof joinPolicies)[number];

/** Roles in the order of their rank: a role may do what the later ones may (OFSCP §5.2, `inherit`). */
export const roles = ["owner", "admin", "member", "guest"] as const;
export type Role = (typeof roles)[number];

/** Which roles may do what. `anyone` includes people without a membership. */
export interface Permissions {
	readonly post: readonly (Role | "anyone")[];
	readonly reply: readonly (Role | "anyone")[];
	readonly moderate: readonly (Role | "anyone")[];
}

/** A community (OFSCP §5.2), or with `personal` the group that every account has for its timeline. */
export interface Group {
	readonly id: GroupId;
	/** The stream whose events make this document: the group's own, or that of the account it belongs to. */
	readonly stream: string;
	readonly name: string;
	readonly slug: string;
	readonly description: string;
	readonly owner: AccountId;
	readonly personal?: AccountId;
	readonly joinPolicy: JoinPolicy;
	readonly permissions: Permissions;
	readonly createdAt: number;
	readonly updatedAt: number;
}

export const groupPermissions: Permissions = { post: ["member"], reply: ["member"], moderate: ["admin"] };
/** Only the owner posts to a timeline, anyone may reply (design §2). */
export const timelinePermissions: Permissions = { post: ["owner"], reply: ["anyone"], moderate: ["owner"] };
