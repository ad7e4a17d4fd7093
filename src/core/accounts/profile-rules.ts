import { cleanName, cleanText, cleanTextExpected, isCleanText } from "../clean-text.ts";
import { InvalidRequest } from "../errors.ts";
import type { Profile } from "../model/account.ts";

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

/** The changes with a clean name, without surrounding spaces. @throws {InvalidRequest} `/displayName`, `/bio`, `/avatar` */
export function checkProfile(changes: ProfileChanges): ProfileChanges {
	const displayName = changes.displayName === undefined ? undefined : cleanName(changes.displayName);
	const nameFault = changes.displayName === undefined ? undefined : displayNameFault(changes.displayName);
	const bio = changes.bio?.trim();
	const faults = [
		nameFault === undefined ? undefined : { field: "/displayName", expected: nameFault },
		bio !== undefined && bio.length > longestProfile.bio
			? { field: "/bio", expected: `at most ${longestProfile.bio} characters` }
			: undefined,
		bio !== undefined && !isCleanText(bio) ? { field: "/bio", expected: cleanTextExpected } : undefined,
		typeof changes.avatar === "string" && !isPicture(changes.avatar)
			? { field: "/avatar", expected: "an https URL, or null for none" }
			: undefined,
	].filter((fault) => fault !== undefined);
	if (faults.length > 0) throw new InvalidRequest(faults);
	return { ...changes, ...(displayName === undefined ? {} : { displayName }), ...(bio === undefined ? {} : { bio }) };
}

/** What was expected instead of a display name that is not allowed; `undefined` if it is allowed. */
export function displayNameFault(written: string): string | undefined {
	const name = cleanName(written);
	return name === "" || name.length > longestProfile.displayName || /\p{Control}/u.test(written.trim())
		? `1 to ${longestProfile.displayName} visible characters on one line`
		: undefined;
}

/** The profile of a remote account as it is stored. A name without a visible character is replaced with the handle. */
export const cleanRemoteProfile = ({ displayName, bio, ...rest }: Profile, handle: string): Profile => ({
	displayName: cleanName(displayName) || handle,
	...(bio === undefined ? {} : { bio: cleanText(bio) }),
	...rest,
});

/** True for an https URL without credentials, since the URL is public. */
function isPicture(text: string): boolean {
	if (text.length > longestProfile.avatar || !URL.canParse(text)) return false;
	const { protocol, username, password } = new URL(text);
	return protocol === "https:" && username === "" && password === "";
}
