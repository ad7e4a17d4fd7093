import type { CoreContext } from "../events/context.ts";
import type { GroupId } from "../ids.ts";
import type { Account } from "../model/account.ts";
import { channelsOf } from "./channel.ts";
import { requestOf } from "./membership.ts";
import { changeMembership } from "./membership-change.ts";

/**
 * Brings the memberships in the channels of a group up to date with the end of the one in the group. They don't count any more, with or
 * without this; afterwards lists, counts and the audiences of the channels lack them, too. Idempotent.
 *
 * @param actor who ends the membership; the account itself if absent
 * @param which `ended`: a membership of a new term is left alone; `all`: so is none
 */
export async function endInChannels(
	context: CoreContext,
	group: GroupId,
	account: Account,
	{ which = "ended", actor = account }: { readonly which?: "ended" | "all"; readonly actor?: Account } = {},
): Promise<void> {
	for await (const channel of channelsOf(context, group))
		await changeMembership(
			context,
			channel.id,
			account,
			(now) => {
				if (now === undefined || now.state === "denied" || (which === "ended" && now.state !== "left"))
					return undefined;
				return { state: "left", ...requestOf(now) };
			},
			{ actor },
		);
}
