import { Unavailable } from "./errors.ts";

/** Limits how many tasks run at the same time. The others wait in a queue, first come, first served. */
export interface Gate {
	/** Runs a task when its turn comes. @throws {Unavailable} the queue is full */
	run<T>(work: () => Promise<T>): Promise<T>;
}

/** The limits of a gate. */
export interface GateOptions {
	/** How many tasks run at once. */
	readonly width: number;
	/** How many tasks may wait in the queue; unlimited if absent. */
	readonly line?: number;
	/** The public detail of the error when the queue is full. */
	readonly detail?: string;
	/** When to try again after that error. */
	readonly retryAfterSeconds?: number;
}

/** Creates a gate with an empty queue. */
export function createGate({
	width,
	line = Number.POSITIVE_INFINITY,
	detail = "Too many requests are waiting at the moment",
	retryAfterSeconds = 10,
}: GateOptions): Gate {
	let running = 0;
	const waiting: (() => void)[] = [];
	return {
		async run(work) {
			if (running >= width) {
				if (waiting.length >= line) throw new Unavailable(detail, retryAfterSeconds);
				// A finished task passes its slot on directly, so that no newcomer can take it in between.
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
