/** The functions of a worker, by name. Arguments and results are copied between the processes. */
export type Calls = Readonly<Record<string, (...args: never[]) => unknown>>;

export interface Call {
	readonly call: number;
	readonly name: string;
	readonly args: readonly unknown[];
}

export interface Answer {
	readonly call: number;
	readonly value?: unknown;
	readonly error?: string;
}

/** Answers the parent's calls. When the parent disconnects, the worker exits at once. */
export function serveCalls(calls: Calls): void {
	process.on("message", (message: Call) => void answer(message));
	process.on("disconnect", () => process.exit());

	async function answer({ call, name, args }: Call): Promise<void> {
		try {
			const work = calls[name];
			if (work === undefined) throw new Error(`The worker has no function ${name}`);
			send({ call, value: await work(...(args as never[])) });
		} catch (error) {
			send({ call, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
		}
	}
}

function send(answer: Answer): void {
	if (process.connected) process.send?.(answer);
}
