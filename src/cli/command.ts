import type { Config } from "../config.ts";

/** What a command may touch of the process; handed in by `main.ts`. */
export interface Terminal {
	/** The command's answer. */
	out(line: string): void;
	/** Everything else that somebody should read. */
	err(line: string): void;
	readonly stdin: NodeJS.ReadableStream;
	/** Ends when the process is asked to stop. */
	readonly signal: AbortSignal;
}

/** The command line was not understood: exit code 2. */
export class Usage extends Error {
	constructor(message: string) {
		super(message);
		this.name = "Usage";
	}
}

/** One command: `args` is what stands behind its name. Resolves with the exit code: 0 done, 1 failed. */
export interface Command {
	readonly usage: string;
	readonly summary: string;
	run(args: readonly string[], config: Config, terminal: Terminal): Promise<number>;
}
