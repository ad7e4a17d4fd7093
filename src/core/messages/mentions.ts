const mention =
	/(?<![\w/@.-])@([a-z0-9_](?:[a-z0-9_.=-]{0,253}[a-z0-9_])?)(?:@([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?))?(?![\w@])/gi;

/** Mentions beyond this number are ignored. */
const maxMentions = 50;

/** The addresses that a text mentions as `@handle` or `@handle@domain`: without the first `@`, lower-case, in order, each once. */
export function mentionsIn(text: string): readonly string[] {
	const found = new Set<string>();
	for (const [, handle, domain] of text.matchAll(mention)) {
		found.add((domain === undefined ? (handle as string) : `${handle}@${domain}`).toLowerCase());
		if (found.size === maxMentions) break;
	}
	return [...found];
}
