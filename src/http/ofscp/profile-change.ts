import { z } from "zod";
import { longestProfile, type ProfileChanges } from "#core/accounts/profile-rules.ts";
import { withoutUndefined } from "../base/absent.ts";
import { ignoring } from "../base/ignored.ts";
import { oneLine } from "../base/one-line.ts";

/** Changes to a profile; absent fields stay unchanged. */
export const profileChange = z.strictObject({
	displayName: oneLine(longestProfile.displayName).optional(),
	bio: z.string().max(longestProfile.bio).optional(),
	avatar: z.string().max(longestProfile.avatar).nullable().optional(),
	locked: z.boolean().optional(),
	...ignoring("id", "handle", "home", "domain", "actor", "url", "updatedAt", "metadata"),
	// Of the whole account, which has routes of its own.
	...ignoring("email", "groups", "notificationEndpoints", "timeline", "followers", "createdAt"),
});

/** The fields of a profile that a request changes. */
export const changesOf = ({ displayName, bio, avatar, locked }: z.output<typeof profileChange>): ProfileChanges =>
	withoutUndefined({ displayName, bio, avatar, locked });
