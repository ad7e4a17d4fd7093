import { parseArgs } from "node:util";
import { Problem, SetupError } from "#core/errors.ts";
import { type Terminal, Usage } from "./cli/command.ts";
import { findCommand, usage } from "./cli/commands.ts";
import { type Config, ConfigError } from "./config.ts";
import { readConfig, troubleOf } from "./gateway.ts";

const stopSignals = { SIGINT: 2, SIGTERM: 15 } as const;
/** When a process that was asked to stop ends, even if something still hangs, in milliseconds. A server stops sooner by itself. */
const endMs = 8_000;

/** Aborts on the first SIGINT or SIGTERM. The process ends at a second one of either, and after {@link endMs} in any case. */
function shutdownSignal(): AbortSignal {
	const ending = new AbortController();
	const signals = Object.keys(stopSignals) as (keyof typeof stopSignals)[];
	function end(signal: keyof typeof stopSignals): void {
		for (const each of signals) process.off(each, end);
		ending.abort();
		setTimeout(() => process.exit(process.exitCode ?? 128 + stopSignals[signal]), endMs).unref();
	}
	for (const signal of signals) process.on(signal, end);
	return ending.signal;
}

/**
 * Runs one command. Resolves with the exit code: 0 done, 1 failed, 2 wrong usage (design §6).
 *
 * @param argv the arguments after the program's name
 */
export async function main(argv: readonly string[]): Promise<number> {
	const terminal: Terminal = {
		out: (line) => process.stdout.write(`${line}\n`),
		err: (line) => process.stderr.write(`${line}\n`),
		stdin: process.stdin,
		signal: shutdownSignal(),
	};
	// The reader of the output may close it early: `doctor | head`.
	for (const stream of [process.stdout, process.stderr])
		stream.on("error", (error: NodeJS.ErrnoException) => {
			if (error.code !== "EPIPE") throw error;
			process.exit(1);
		});
	let settings: Config | undefined;
	try {
		const { config, words, help } = split(argv);
		if (help) {
			terminal.out(await usage());
			return 0;
		}
		const { command, args } = await findCommand(words);
		const file = config ?? process.env.CAUSEWAY_CONFIG;
		settings = await readConfig(file, process.env);
		return await command.run(args, settings, terminal);
	} catch (error) {
		return explain(error, terminal, settings);
	}
}

/** `--config` may stand anywhere; every other option belongs to the command. */
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
		if (token.value === undefined) throw new Usage("--config needs a file");
		config = token.value;
		consumed.add(token.index);
		if (token.inlineValue === false) consumed.add(token.index + 1);
	}
	const words = argv.filter((_, index) => !consumed.has(index));
	return { config, words, help: words.includes("--help") || words.includes("-h") };
}

/** Prints what went wrong and what to do, and returns the exit code. */
async function explain(thrown: unknown, terminal: Terminal, config: Config | undefined): Promise<number> {
	const error = (config && troubleOf(thrown, config)) ?? thrown;
	if (error instanceof Usage || isParseArgsError(error)) {
		terminal.err(`causeway: ${error.message}\n\n${await usage()}`);
		return 2;
	}
	if (error instanceof ConfigError || error instanceof Problem || error instanceof SetupError) {
		terminal.err(`causeway: ${error.message}`);
		return 1;
	}
	terminal.err(`causeway: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
	return 1;
}

const isParseArgsError = (error: unknown): error is Error =>
	error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
