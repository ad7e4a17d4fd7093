import { parseArgs } from "node:util";
import { Problem, SetupError } from "#core/errors.ts";
import { type Terminal, Usage } from "./cli/command.ts";
import { findCommand, usage } from "./cli/commands.ts";
import { ConfigError } from "./config.ts";
import { readConfig } from "./gateway.ts";

/** Aborted by the first SIGINT or SIGTERM. The second one has its default effect. */
function terminationSignal(): AbortSignal {
	const ending = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
	return ending.signal;
}

/**
 * Runs one command. Resolves with the exit code: 0 on success, 1 on failure, 2 on wrong usage or configuration (design §6).
 *
 * @param argv the arguments after the name of the program
 */
export async function main(argv: readonly string[]): Promise<number> {
	const terminal: Terminal = {
		out: (line) => process.stdout.write(`${line}\n`),
		err: (line) => process.stderr.write(`${line}\n`),
		stdin: process.stdin,
		signal: terminationSignal(),
	};
	try {
		const { config, words, help } = split(argv);
		if (help) {
			terminal.out(await usage());
			return 0;
		}
		const { command, args } = await findCommand(words);
		const file = config ?? process.env.CAUSEWAY_CONFIG;
		return await command.run(args, await readConfig(file, process.env), terminal);
	} catch (error) {
		return explain(error, terminal);
	}
}

/** Separates `--config`, which is accepted anywhere, from the words and options of the command. */
function split(argv: readonly string[]): { config: string | undefined; words: readonly string[]; help: boolean } {
	const { tokens } = parseArgs({
		args: [...argv],
		options: { config: { type: "string" }, help: { type: "boolean", short: "h" } },
		strict: false,
		tokens: true,
	});
	let config: string | undefined;
	const consumed = new Set<number>();
	for (const token of tokens) {
		if (token.kind !== "option" || token.name !== "config") continue;
		if (token.value === undefined) throw new Usage("--config takes a file");
		config = token.value;
		consumed.add(token.index);
		if (token.inlineValue === false) consumed.add(token.index + 1);
	}
	const words = argv.filter((_, index) => !consumed.has(index));
	return { config, words, help: words.includes("--help") || words.includes("-h") };
}

/** Prints an error, with the usage if it was called wrongly, and gives the exit code. */
async function explain(error: unknown, terminal: Terminal): Promise<number> {
	if (error instanceof Usage || isParseArgsError(error)) {
		terminal.err(`causeway: ${error.message}\n\n${await usage()}`);
		return 2;
	}
	if (error instanceof ConfigError || error instanceof Problem || error instanceof SetupError) {
		terminal.err(`causeway: ${error.message}`);
		return error instanceof ConfigError ? 2 : 1;
	}
	terminal.err(`causeway: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	return 1;
}

const isParseArgsError = (error: unknown): error is Error =>
	error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
