import { z } from "zod";
import { longestProfile } from "#core/accounts/profile-rules.ts";

/** Changes to a profile; absent fields stay unchanged. */
export const profileChange = z.object({
	displayName: z.string().trim().min(1).max(longestProfile.displayName).optional(),
	bio: z.string().max(longestProfile.bio).optional(),
	avatar: z.string().max(longestProfile.avatar).nullable().optional(),
	locked: z.boolean().optional(),
});
