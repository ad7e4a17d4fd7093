import { accounts } from "../accounts/account.ts";
import { followersChannel } from "../accounts/personal-channels.ts";
import { stillThere } from "../accounts/still-there.ts";
import type { CoreContext } from "../events/context.ts";
import { type ChannelId, mintId } from "../ids.ts";
import type { Account } from "../model/account.ts";

/**
 * The channel that only an account's followers read; created if an earlier version created the account without one. Idempotent.
 *
 * @returns `undefined` if the account has none, and was deleted meanwhile
 */
export async function ensureFollowersChannel(context: CoreContext, account: Account): Promise<ChannelId | undefined> {
	if (account.followers !== undefined) return account.followers;
	const { outcome } = await context.log.append(
		{
			stream: account.id,
			type: "channel.created",
			actor: account.id,
			natural: `followers:${account.id}`,
			body: { channel: followersChannel(account, mintId("chn", context.clock.now())) },
		},
		{ premises: [stillThere(account)] },
	);
	if (outcome === "moved") return undefined;
	const followers = (await context.store.get(accounts, account.id))?.doc.followers;
	if (followers === undefined) throw new Error(`The channel for the followers of ${account.id} can't be read`);
	return followers;
}
