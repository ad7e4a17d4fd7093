import { accounts } from "../accounts/account.ts";
import { checkProfile, type ProfileChanges } from "../accounts/profile-rules.ts";
import type { CoreContext } from "../events/context.ts";
import { type Account, type Profile } from "../model/account.ts";
import type { Group } from "../model/group.ts";
import { groups } from "./group.ts";

/** True for an account that accepts followers one by one. */
export async function isLocked({ store }: Pick<CoreContext, "store">, account: Account): Promise<boolean> {
	return (await store.get(groups, account.group))?.doc.joinPolicy === "approval";
}

/**
 * Changes a profile. Concurrent changes of different fields are both applied. A change that changes nothing creates no event, so that
 * followers are not notified.
 *
 * @returns the account after the change; its `updatedAt` is greater if anything changed
 * @throws {InvalidRequest} `/displayName`, `/bio`, `/avatar`
 */
export async function changeProfile(context: CoreContext, account: Account, wanted: ProfileChanges): Promise<Account> {
	const checked = checkProfile(wanted);
	for (;;) {
		const after = await context.store.head(account.id);
		const now = (await context.store.get(accounts, account.id))?.doc ?? account;
		const group = (await context.store.get(groups, account.group))?.doc;
		const changes = changesOf(now, group, checked);
		if (changes === undefined || now.deletedAt !== undefined) return now;
		const appended = await context.log.append(
			{
				stream: account.id,
				type: "account.updated",
				actor: account.id,
				body: { account: account.id, ...changes },
			},
			{ after },
		);
		if (appended.outcome === "appended") return (await context.store.get(accounts, account.id))?.doc ?? now;
	}
}

function changesOf(account: Account, group: Group | undefined, wanted: ProfileChanges) {
	const profile = apply(account.profile, wanted);
	const joinPolicy = wanted.locked === true ? "approval" : "open";
	const isSame = JSON.stringify(profile) === JSON.stringify(apply(account.profile, {}));
	const isKept = wanted.locked === undefined || group === undefined || group.joinPolicy === joinPolicy;
	if (isSame && isKept) return undefined;
	return {
		changes: isSame ? {} : { profile },
		...(isKept ? {} : { personal: { group: account.group, joinPolicy } as const }),
	};
}

function apply(now: Profile, { displayName, bio, avatar }: ProfileChanges): Profile {
	const next = {
		displayName: displayName ?? now.displayName,
		bio: bio ?? now.bio ?? "",
		avatar: avatar === undefined ? now.avatar : (avatar ?? undefined),
	};
	return {
		displayName: next.displayName,
		...(next.bio === "" ? {} : { bio: next.bio }),
		...(next.avatar === undefined ? {} : { avatar: next.avatar }),
	};
}
