/** At least ten times what any wait usually takes: a guard against hanging, not a performance limit. */
const hangGuardMs = 180_000;

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
