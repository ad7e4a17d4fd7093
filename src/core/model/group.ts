import type { AccountId, GroupId } from "../ids.ts";

import type { Metadata } from "./message.ts";

/** How a group is joined: at once, upon approval, or by invitation only. */
export const joinPolicies = ["open", "approval", "invite"] as const;
export type JoinPolicy = (typeof joinPolicies)[number];

/** Roles, highest first: a role includes the permissions of the later ones (OFSCP §5.2, `inherit`). */
export const roles = ["owner", "admin", "member", "guest"] as const;
export type Role = (typeof roles)[number];

/** The roles that are allowed each action. `anyone` includes accounts without a membership. */
export interface Permissions {
	readonly post: readonly (Role | "anyone")[];
	readonly reply: readonly (Role | "anyone")[];
	readonly moderate: readonly (Role | "anyone")[];
}

/** A community (OFSCP §5.2), or, with `personal`, the group that every account has for its timeline. */
export interface Group {
	readonly id: GroupId;
	/** The stream whose events this document is folded from: the group's own, or that of the account it belongs to. */
	readonly stream: string;
	readonly name: string;
	readonly slug: string;
	readonly description: string;
	readonly owner: AccountId;
	readonly personal?: AccountId;
	readonly joinPolicy: JoinPolicy;
	readonly permissions: Permissions;
	readonly metadata?: readonly Metadata[];
	/** To whom the owner has offered the group, and in which term of their membership. */
	readonly offer?: { readonly to: AccountId; readonly term: number };
	/** Can only be read: its owner's account was deleted, and no one was there to take its place. */
	readonly archived?: true;
	readonly createdAt: number;
	readonly updatedAt: number;
}

/** The permissions of a new group: members post and reply, admins moderate. */
export const groupPermissions: Permissions = { post: ["member"], reply: ["member"], moderate: ["admin"] };
/** The permissions of a personal group: only the owner posts, anyone may reply (design §2). */
export const timelinePermissions: Permissions = { post: ["owner"], reply: ["anyone"], moderate: ["owner"] };
