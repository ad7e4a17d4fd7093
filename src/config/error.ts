/** A problem of the configuration. */
export interface Problem {
	/** The key, such as `listen.port`; the variable or the file if the problem is not one of a key. */
	readonly path: string;
	readonly expected: string;
	readonly found: string;
	/** The file or the variable with the problem. */
	readonly source?: string;
}

/** The configuration is invalid. The message has one line for each problem. */
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
