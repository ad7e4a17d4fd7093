import { bridgeName } from "#core/ids.ts";
import type { BridgeCommand } from "../bridge-kit/command.ts";
import { domainOf } from "../config.ts";
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

const commandOf = (
	installed: InstalledBridges,
	name: string,
	{ usage, summary, run }: BridgeCommand<unknown>,
): Command => ({
	usage: `${name} ${usage}`,
	summary,
	run: (args, config, terminal) =>
		run(args, {
			about: { bridge: bridgeName(name), origin: config.publicUrl, domain: domainOf(config.publicUrl) },
			config: config.bridges[name],
			terminal,
			openCore: () => openCommandCore(name, config, installed),
		}),
});
