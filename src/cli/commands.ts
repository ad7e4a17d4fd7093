import { type InstalledBridges, installedBridges } from "../gateway.ts";
import { allBridgeCommands, findBridgeCommand } from "./bridge-commands.ts";
import { checkConfig } from "./check-config.ts";
import { type Command, Usage } from "./command.ts";

/** The provider's own commands. The file of a command is loaded only when it runs. Bridges add their own commands. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
	serve: async () => (await import("./serve.ts")).serve,
	"check-config": async () => checkConfig,
	"user add": async () => (await import("./user-add.ts")).userAdd,
	"user recover": async () => (await import("./user-recover.ts")).userRecover,
	"invite add": async () => (await import("./invite-add.ts")).inviteAdd,
	"group give": async () => (await import("./group-give.ts")).groupGive,
	"token add": async () => (await import("./token-add.ts")).tokenAdd,
	"token list": async () => (await import("./tokens.ts")).tokenList,
	"token revoke": async () => (await import("./tokens.ts")).tokenRevoke,
	"keys rotate": async () => (await import("./keys-rotate.ts")).keysRotate,
	"deliveries replay": async () => (await import("./deliveries.ts")).deliveriesReplay,
	"deliveries discard": async () => (await import("./deliveries.ts")).deliveriesDiscard,
	restore: async () => (await import("./restore.ts")).restore,
	doctor: async () => (await import("./doctor.ts")).doctor,
};

/** Finds the command that a command line begins with, and returns it with its arguments. @throws {Usage} */
export async function findCommand(
	words: readonly string[],
	installed: InstalledBridges = installedBridges(),
): Promise<{ command: Command; args: readonly string[] }> {
	for (const length of [2, 1]) {
		const name = words.slice(0, length).join(" ");
		const load = Object.hasOwn(commands, name) ? commands[name] : undefined;
		if (load !== undefined) return { command: await load(), args: words.slice(length) };
	}
	const command = await findBridgeCommand(installed, words);
	if (command !== undefined) return { command, args: words.slice(2) };
	throw new Usage(words.length === 0 ? "no command given" : `unknown command "${words.join(" ")}"`);
}

/** The help text: one line per command, those of bridges last, whether or not the bridge is enabled. */
export async function usage(installed: InstalledBridges = installedBridges()): Promise<string> {
	const own = await Promise.all(Object.values(commands).map((load) => load()));
	const all = [...own, ...(await allBridgeCommands(installed))];
	const width = Math.max(...all.map((command) => command.usage.length));
	return [
		"usage: causeway [--config FILE] COMMAND",
		"",
		...all.map((c) => `  ${c.usage.padEnd(width)}  ${c.summary}`),
	].join("\n");
}
