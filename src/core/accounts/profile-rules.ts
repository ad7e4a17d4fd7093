import { InvalidRequest } from "../errors.ts";

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
