import type { Account } from "#core/model/account.ts";
import type { Services } from "../base/services.ts";
import { timeOf } from "../base/time.ts";
import { alternateOf, personUrl } from "../base/urls.ts";

/** The public half of somebody (OFSCP R7 §6.3). */
export function presentProfile({ world, bridges }: Pick<Services, "world" | "bridges">, account: Account) {
	const actor = alternateOf(bridges, { account: account.id })?.url;
	return {
		id: account.id,
		handle: account.handle,
		home: account.domain,
		domain: account.domain,
		displayName: account.profile.displayName,
		...(account.profile.avatar === undefined ? {} : { avatar: account.profile.avatar }),
		bio: account.profile.bio ?? "",
		...(actor === undefined ? {} : { actor }),
		url: personUrl(world, account),
		updatedAt: timeOf(account.updatedAt),
	};
}
