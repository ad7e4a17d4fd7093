/** The markers of one round: each stands in the text of one item, so that it can be found again. */
export const markersOf = (side: string, round: number, count: number): string[] =>
	Array.from({ length: count }, (_, n) => `${side}-${round}-${n}`);

/** Every marker is in a text of its own, and nothing else is there. @throws {Error} otherwise */
export function assertAll(markers: readonly string[], texts: readonly string[]): void {
	const found = new Set(texts.map((text) => /The marker of this one is ([\w-]+)\./.exec(text)?.[1]));
	const missing = markers.filter((marker) => !found.has(marker));
	if (missing.length === 0 && texts.length === markers.length) return;
	throw new Error(`${missing.length} of ${markers.length} are missing (${missing[0]} …), ${texts.length} were read`);
}

/** @throws {Error} when it does not come true in a minute */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
	for (
		const end = performance.now() + 60_000;
		!(await isTrue());
		await new Promise((resolve) => setTimeout(resolve, 100))
	) {
		if (performance.now() > end) throw new Error(`It did not come true that ${what}`);
	}
}
