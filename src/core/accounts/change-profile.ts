import { InvalidRequest } from "../errors.ts";
import { bridgeConsumer } from "../events/log.ts";
import { type Group, groups } from "../groups/group.ts";
import type { World } from "../world.ts";
import { type Account, accounts, type Profile } from "./account.ts";

/** What somebody changes of what people see of them; what is absent stays. */
export interface ProfileWish {
	readonly displayName?: string;
	/** Plain text; empty: none. */
	readonly bio?: string;
	/** An https URL; `null`: none. */
	readonly avatar?: string | null;
	/** People who want to follow are let in one by one. */
	readonly locked?: boolean;
}

/** In UTF-16 units. */
export const longestProfile = { displayName: 100, bio: 5000, avatar: 2000 } as const;

/** True for an account whose followers are let in one by one. */
export async function isLocked({ store }: Pick<World, "store">, account: Account): Promise<boolean> {
	return (await store.get(groups, account.group))?.doc.joinPolicy === "approval";
}

/**
 * Changes a profile. Two changes at once of different fields are both made; a change of nothing is no event, and nobody is told.
 *
 * @returns the account as it is then; its `updatedAt` has grown if anything changed
 * @throws {InvalidRequest} `/displayName`, `/bio`, `/avatar`
 */
export async function changeProfile(world: World, account: Account, wish: ProfileWish): Promise<Account> {
	const checked = checkProfile(wish);
	for (;;) {
		const after = await world.store.head(account.id);
		const now = (await world.store.get(accounts, account.id))?.doc ?? account;
		const group = (await world.store.get(groups, account.group))?.doc;
		const changes = changesOf(now, group, checked);
		if (changes === undefined || now.deletedAt !== undefined) return now;
		const appended = await world.log.append(
			{
				stream: account.id,
				type: "account.updated",
				actor: account.id,
				pending: [bridgeConsumer],
				body: { account: account.id, ...changes },
			},
			{ after },
		);
		if (appended.outcome === "appended") return (await world.store.get(accounts, account.id))?.doc ?? now;
	}
}

function changesOf(account: Account, group: Group | undefined, wish: ProfileWish) {
	const profile = apply(account.profile, wish);
	const joinPolicy = wish.locked === true ? "approval" : "open";
	const isSame = JSON.stringify(profile) === JSON.stringify(apply(account.profile, {}));
	const isKept = wish.locked === undefined || group === undefined || group.joinPolicy === joinPolicy;
	if (isSame && isKept) return undefined;
	return {
		changes: isSame ? {} : { profile },
		...(isKept ? {} : { personal: { group: account.group, joinPolicy } as const }),
	};
}

function apply(now: Profile, { displayName, bio, avatar }: ProfileWish): Profile {
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

/** The same without spaces around. @throws {InvalidRequest} `/displayName`, `/bio`, `/avatar` */
export function checkProfile(wish: ProfileWish): ProfileWish {
	const displayName = wish.displayName?.trim();
	const bio = wish.bio?.trim();
	const faults = [
		displayName !== undefined && displayNameFault(displayName) !== undefined
			? { field: "/displayName", expected: displayNameFault(displayName) as string }
			: undefined,
		bio !== undefined && bio.length > longestProfile.bio
			? { field: "/bio", expected: `at most ${longestProfile.bio} characters` }
			: undefined,
		typeof wish.avatar === "string" && !isPicture(wish.avatar)
			? { field: "/avatar", expected: "an https URL, or null for none" }
			: undefined,
	].filter((fault) => fault !== undefined);
	if (faults.length > 0) throw new InvalidRequest(faults);
	return { ...wish, ...(displayName === undefined ? {} : { displayName }), ...(bio === undefined ? {} : { bio }) };
}

/** What is wrong with a name that somebody wants to be shown by; `undefined`: nothing. */
export const displayNameFault = (name: string): string | undefined =>
	name === "" || name.length > longestProfile.displayName || /\p{Control}/u.test(name)
		? `1 to ${longestProfile.displayName} characters on one line`
		: undefined;

/** https without a user name in it: the URL is shown to everybody. */
function isPicture(text: string): boolean {
	if (text.length > longestProfile.avatar || !URL.canParse(text)) return false;
	const { protocol, username, password } = new URL(text);
	return protocol === "https:" && username === "" && password === "";
}
