const mention =
	/(?<![\w/@.-])@([a-z0-9_](?:[a-z0-9_.=-]{0,253}[a-z0-9_])?)(?:@([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?))?(?![\w@])/gi;

/** More mentions than a person writes; the rest of the text stays text. */
const maxMentions = 50;

/** The people whom a text names: `handle` or `handle@domain`, lower-cased, in order, each once. */
export function mentionsIn(text: string): readonly string[] {
	const found = new Set<string>();
	for (const [, handle, domain] of text.matchAll(mention)) {
		found.add((domain === undefined ? (handle as string) : `${handle}@${domain}`).toLowerCase());
		if (found.size === maxMentions) break;
	}
	return [...found];
}
