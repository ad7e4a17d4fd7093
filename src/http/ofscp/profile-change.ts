import { z } from "zod";
import { longestProfile } from "#core/accounts/profile-rules.ts";

/** What a person changes of their profile; what is absent stays. */
export const profileChange = z.object({
	displayName: z.string().trim().min(1).max(longestProfile.displayName).optional(),
	bio: z.string().max(longestProfile.bio).optional(),
	avatar: z.string().max(longestProfile.avatar).nullable().optional(),
	locked: z.boolean().optional(),
});
