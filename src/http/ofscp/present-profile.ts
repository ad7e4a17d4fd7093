import { z } from "zod";
import type { Account } from "#core/model/account.ts";
import type { Wire } from "../base/answers.ts";
import type { Services } from "../base/services.ts";
import { time, timeOf } from "../base/time.ts";
import { alternateOf, personUrl } from "../base/urls.ts";
import { accountId } from "./ids.ts";

/** A public profile (OFSCP R7 §6.3); `home` and `domain` are the same member in two revisions. */
export const wireProfile = z
	.strictObject({
		id: accountId,
		handle: z.string(),
		home: z.string(),
		domain: z.string(),
		displayName: z.string(),
		avatar: z.string().optional(),
		bio: z.string(),
		actor: z.string().optional().meta({ description: "The id of their ActivityPub actor." }),
		url: z.string().meta({ description: "The URL of their page." }),
		updatedAt: time,
	})
	.meta({ id: "Profile", description: "The public part of an account." });

export function presentProfile(
	{ context, bridges }: Pick<Services, "context" | "bridges">,
	account: Account,
): Wire<typeof wireProfile> {
	const actor = alternateOf(bridges, { account })?.url;
	return {
		id: account.id,
		handle: account.handle,
		home: account.domain,
		domain: account.domain,
		displayName: account.profile.displayName,
		...(account.profile.avatar === undefined ? {} : { avatar: account.profile.avatar }),
		bio: account.profile.bio ?? "",
		...(actor === undefined ? {} : { actor }),
		url: personUrl(context, account),
		updatedAt: timeOf(account.updatedAt),
	};
}
