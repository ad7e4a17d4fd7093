/** A scope that a client may request, with the texts of the consent page. */
export interface Scope {
	/** The name in a request. */
	readonly name: string;
	/** What the scope is for, in a few words. */
	readonly title: string;
	/** What the client can do with it, in one sentence. */
	readonly detail: string;
}

/** All scopes (OFSCP §4.1). */
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
		detail: "It keeps its access when you are away, without asking you to sign in again.",
	},
];

const byName: ReadonlyMap<string, Scope> = new Map(scopes.map((scope) => [scope.name, scope]));

/** The names of all scopes. */
export const scopeNames: readonly string[] = scopes.map(({ name }) => name);

/** The scopes with these names, in the order of {@link scopes}; unknown names are ignored. */
export function scopesNamed(names: Iterable<string>): readonly Scope[] {
	const wanted = new Set(names);
	return [...byName.values()].filter(({ name }) => wanted.has(name));
}
