/**
 * Limits how many callers proceed in one turn of the event loop. Of a thousand lanes that are woken at once, the first have sent their
 * requests before the last begin to read.
 */
export function createPace(perTurn: number): () => Promise<void> {
	let begun = 0;
	let waiting: (() => void)[] = [];
	let turning = false;

	function turn(): void {
		const next = waiting.slice(0, perTurn);
		waiting = waiting.slice(perTurn);
		begun = next.length;
		turning = begun > 0;
		if (turning) setImmediate(turn);
		for (const begin of next) begin();
	}

	return async () => {
		if (begun < perTurn) begun++;
		else await new Promise<void>((resolve) => waiting.push(resolve));
		if (turning) return;
		turning = true;
		setImmediate(turn);
	};
}
