/** The name of a tag, which clients write with or without `#` (the OFSCP seed writes `#intro`). */
export const hashtagOf = (tag: string): string => tag.trim().replace(/^[#＃]+/, "");

/** The names of tags, each once, whatever its case; the first spelling counts. */
export function hashtagsOf(tags: readonly string[]): readonly string[] {
	const names = new Map<string, string>();
	for (const name of tags.map(hashtagOf)) {
		const key = name.toLowerCase();
		if (name !== "" && !names.has(key)) names.set(key, name);
	}
	return [...names.values()];
}
