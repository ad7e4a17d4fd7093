import { Unavailable } from "./errors.ts";

/** Lets so many pieces of work run at the same time; the others wait in a line, and a line that is too long is closed. */
export interface Gate {
	/** @throws {Unavailable} too many wait already */
	run<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * @param width how many run at once
 * @param line how many may wait for their turn
 * @param retryAfterSeconds what those are told who find the line closed
 */
export function createGate({
	width,
	line,
	retryAfterSeconds,
}: {
	readonly width: number;
	readonly line: number;
	readonly retryAfterSeconds: number;
}): Gate {
	let running = 0;
	const waiting: (() => void)[] = [];
	return {
		async run(work) {
			if (running >= width) {
				if (waiting.length >= line) throw new Unavailable("Too many sign in at the moment", retryAfterSeconds);
				// Whoever leaves hands on their place: nobody can slip in between.
				await new Promise<void>((resolve) => waiting.push(resolve));
			} else running++;
			try {
				return await work();
			} finally {
				const next = waiting.shift();
				if (next === undefined) running--;
				else next();
			}
		},
	};
}
