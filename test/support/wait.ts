/** At least ten times what any wait usually takes: a guard against hanging, not a performance limit. */
const hangGuardMs = 180_000;

/**
 * Resolves with a number once it stays the same from one poll to the next: what moved it has come to a standstill. For what stands still because
 * the other side holds it back, not because it is slow.
 */
export async function standstill(what: string, read: () => number): Promise<number> {
	let before = -1;
	let isSame = 0;
	return until(what, () => {
		const now = read();
		isSame = now > 0 && now === before ? isSame + 1 : 0;
		before = now;
		return isSame >= 3 ? now : undefined;
	});
}

/** Polls until there is an answer. Throws an error that names `what` if there is none in time. */
export async function until<T>(
	what: string,
	ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
	for (const end = Date.now() + hangGuardMs; ; ) {
		const answer = await ask();
		if (answer !== undefined && answer !== false) return answer;
		if (Date.now() > end) throw new Error(`This did not happen in time: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}
