/** A right that a client may ask for, in the words of the page that asks for it. */
export interface Scope {
	/** As it is written in a request. */
	readonly name: string;
	/** What it is about, in a few words. */
	readonly title: string;
	/** What the client can do with it, in one sentence. */
	readonly detail: string;
}

/** Every scope there is (OFSCP §4.1). A part of the program that brings rights of its own adds its lines here. */
export const scopes: readonly Scope[] = [
	{
		name: "openid",
		title: "Know who you are",
		detail: "It learns the address of your account, so that it recognises you next time.",
	},
	{
		name: "profile",
		title: "See your profile",
		detail: "It sees your handle, the name that you show and your picture.",
	},
	{
		name: "ofscp",
		title: "Use your account",
		detail: "It reads all that you can read and posts, joins and changes things as you, until you revoke it.",
	},
	{
		name: "offline_access",
		title: "Stay signed in",
		detail: "It goes on when you are away, without asking you to sign in again.",
	},
];

const byName: ReadonlyMap<string, Scope> = new Map(scopes.map((scope) => [scope.name, scope]));

export const scopeNames: readonly string[] = scopes.map(({ name }) => name);

/** What names mean, in the table's order; names that are not in the table are left out. */
export function scopesNamed(names: Iterable<string>): readonly Scope[] {
	const wanted = new Set(names);
	return [...byName.values()].filter(({ name }) => wanted.has(name));
}
