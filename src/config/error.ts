/** One thing that is wrong with the configuration. */
export interface Problem {
	/** The key, `listen.port`; or the variable, where it names no key. */
	readonly path: string;
	readonly expected: string;
	readonly found: string;
	/** The file or the variable that says so. */
	readonly source?: string;
}

/** The program can't start with this configuration. The message has one line for each problem. */
export class ConfigError extends Error {
	readonly problems: readonly Problem[];
	constructor(problems: readonly Problem[]) {
		super(problems.map(lineOf).join("\n"));
		this.name = "ConfigError";
		this.problems = problems;
	}
}

const lineOf = ({ path, expected, found, source }: Problem): string =>
	`${path}: expected ${expected}, found ${found}${source === undefined ? "" : ` (in ${source})`}`;
