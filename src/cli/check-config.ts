import type { Command } from "./command.ts";

export const checkConfig: Command = {
	usage: "check-config",
	summary: "say whether the configuration is right",
	async run(_args, config, terminal) {
		// It was read and checked before any command runs: what is wrong has been said there.
		terminal.out(`The configuration is right: ${config.publicUrl}`);
		return 0;
	},
};
