import type { Terminal } from "../bridge-kit/command.ts";
import type { Config } from "../config.ts";

export { type Terminal, Usage } from "../bridge-kit/command.ts";

/** One command. `run` gets the arguments after its name and resolves with the exit code: 0 done, 1 failed. */
export interface Command {
	readonly usage: string;
	readonly summary: string;
	run(args: readonly string[], config: Config, terminal: Terminal): Promise<number>;
}
