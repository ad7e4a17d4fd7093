/** Ten times and more what anything here takes: a guard against hanging, not a measure. */
const hangGuardMs = 180_000;

/** Asks again and again until there is an answer. Fails with `what` when none comes. */
export async function until<T>(
	what: string,
	ask: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
	for (const end = Date.now() + hangGuardMs; ; ) {
		const answer = await ask();
		if (answer !== undefined && answer !== false) return answer;
		if (Date.now() > end) throw new Error(`It did not come to pass: ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}
