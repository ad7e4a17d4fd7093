import { bridgeName } from "#core/ids.ts";
import type { BridgeCommand, CommandContext, Terminal } from "../bridge-kit/command.ts";
import { type Config, domainOf } from "../config.ts";
import { type InstalledBridges, openCommandCore } from "../gateway.ts";
import type { Command } from "./command.ts";

/** Finds the bridge command that the words `<bridge> <word>` name; `undefined` if there is none. */
export async function findBridgeCommand(
	installed: InstalledBridges,
	[name = "", word = ""]: readonly string[],
): Promise<Command | undefined> {
	if (!installed.names.includes(name)) return undefined;
	const { commands } = await installed.load(name);
	const load = Object.hasOwn(commands, word) ? commands[word] : undefined;
	return load === undefined ? undefined : commandOf(installed, name, await load());
}

/** Lists the commands of all bridges, enabled or not. */
export async function allBridgeCommands(installed: InstalledBridges): Promise<readonly Command[]> {
	const found: Command[] = [];
	for (const name of installed.names) {
		const { commands } = await installed.load(name);
		for (const load of Object.values(commands)) found.push(commandOf(installed, name, await load()));
	}
	return found;
}

/**
 * What the network of a bridge says now, in lines for the operator. A bridge that fails to say so is a line, too.
 *
 * @returns `undefined`: the bridge has nothing to ask
 */
export async function diagnoseBridge(
	installed: InstalledBridges,
	name: string,
	config: Config,
	terminal: Terminal,
): Promise<readonly string[] | undefined> {
	try {
		return await (await installed.load(name)).diagnose?.(contextOf(installed, name, config, terminal));
	} catch (error) {
		return [`can't be examined: ${error instanceof Error ? error.message : String(error)}`];
	}
}

const commandOf = (
	installed: InstalledBridges,
	name: string,
	{ usage, summary, run }: BridgeCommand<unknown>,
): Command => ({
	usage: `${name} ${usage}`,
	summary,
	run: (args, config, terminal) => run(args, contextOf(installed, name, config, terminal)),
});

const contextOf = (
	installed: InstalledBridges,
	name: string,
	config: Config,
	terminal: Terminal,
): CommandContext<unknown> => ({
	about: { bridge: bridgeName(name), origin: config.publicUrl, domain: domainOf(config.publicUrl) },
	config: config.bridges[name],
	terminal,
	openCore: () => openCommandCore(name, config, installed),
});
