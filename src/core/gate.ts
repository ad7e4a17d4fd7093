import { Unavailable } from "./errors.ts";

/** Lets so many pieces of work run at the same time; the others wait in a line, in the order in which they came. */
export interface Gate {
	/** @throws {Unavailable} the line is full */
	run<T>(work: () => Promise<T>): Promise<T>;
}

export interface GateOptions {
	/** How many run at once. */
	readonly width: number;
	/** How many may wait for their turn; absent: any number. */
	readonly line?: number;
	/** What is said when the line is full. */
	readonly detail?: string;
	/** When to come back then. */
	readonly retryAfterSeconds?: number;
}

export function createGate({
	width,
	line = Number.POSITIVE_INFINITY,
	detail = "Too many are waiting at the moment",
	retryAfterSeconds = 10,
}: GateOptions): Gate {
	let running = 0;
	const waiting: (() => void)[] = [];
	return {
		async run(work) {
			if (running >= width) {
				if (waiting.length >= line) throw new Unavailable(detail, retryAfterSeconds);
				// A place is handed on by the one who leaves: nothing can slip in between.
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
