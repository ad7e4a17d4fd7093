import { z } from "zod";
import { longestProfile } from "#core/accounts/profile-rules.ts";
import { oneLine } from "../base/one-line.ts";

/** Changes to a profile; absent fields stay unchanged. */
export const profileChange = z.object({
	displayName: oneLine(longestProfile.displayName).optional(),
	bio: z.string().max(longestProfile.bio).optional(),
	avatar: z.string().max(longestProfile.avatar).nullable().optional(),
	locked: z.boolean().optional(),
});
