/** The markers of one round. Each is part of the text of one item and identifies it. */
export const markersOf = (side: string, round: number, count: number): string[] =>
	Array.from({ length: count }, (_, n) => `${side}-${round}-${n}`);

/** @throws {Error} unless there is exactly one text for each marker */
export function assertAll(markers: readonly string[], texts: readonly string[]): void {
	const found = new Set(texts.map((text) => /The marker of this one is ([\w-]+)\./.exec(text)?.[1]));
	const missing = markers.filter((marker) => !found.has(marker));
	if (missing.length === 0 && texts.length === markers.length) return;
	throw new Error(
		`${missing.length} of ${markers.length} markers are missing (${missing[0]} …); ${texts.length} texts were read`,
	);
}

/** @throws {Error} if the condition is not true within a minute */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
	for (
		const end = performance.now() + 60_000;
		!(await isTrue());
		await new Promise((resolve) => setTimeout(resolve, 100))
	) {
		if (performance.now() > end) throw new Error(`Timed out: it is not true that ${what}`);
	}
}
