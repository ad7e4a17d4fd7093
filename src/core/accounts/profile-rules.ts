import { InvalidRequest } from "../errors.ts";

/** Changes to a profile; absent fields stay as they are. */
export interface ProfileChanges {
	readonly displayName?: string;
	/** Plain text; empty removes it. */
	readonly bio?: string;
	/** An https URL; `null` removes it. */
	readonly avatar?: string | null;
	/** Whether followers are accepted one by one. */
	readonly locked?: boolean;
}

/** The maximal lengths of the fields, in UTF-16 units. */
export const longestProfile = { displayName: 100, bio: 5000, avatar: 2000 } as const;

/** The changes with surrounding spaces removed. @throws {InvalidRequest} `/displayName`, `/bio`, `/avatar` */
export function checkProfile(changes: ProfileChanges): ProfileChanges {
	const displayName = changes.displayName?.trim();
	const bio = changes.bio?.trim();
	const faults = [
		displayName !== undefined && displayNameFault(displayName) !== undefined
			? { field: "/displayName", expected: displayNameFault(displayName) as string }
			: undefined,
		bio !== undefined && bio.length > longestProfile.bio
			? { field: "/bio", expected: `at most ${longestProfile.bio} characters` }
			: undefined,
		typeof changes.avatar === "string" && !isPicture(changes.avatar)
			? { field: "/avatar", expected: "an https URL, or null for none" }
			: undefined,
	].filter((fault) => fault !== undefined);
	if (faults.length > 0) throw new InvalidRequest(faults);
	return { ...changes, ...(displayName === undefined ? {} : { displayName }), ...(bio === undefined ? {} : { bio }) };
}

/** What was expected instead of a display name that is not allowed; `undefined` if it is allowed. */
export const displayNameFault = (name: string): string | undefined =>
	name === "" || name.length > longestProfile.displayName || /\p{Control}/u.test(name)
		? `1 to ${longestProfile.displayName} characters on one line`
		: undefined;

/** True for an https URL without credentials, since the URL is public. */
function isPicture(text: string): boolean {
	if (text.length > longestProfile.avatar || !URL.canParse(text)) return false;
	const { protocol, username, password } = new URL(text);
	return protocol === "https:" && username === "" && password === "";
}
