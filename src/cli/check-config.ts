import type { Command } from "./command.ts";

export const checkConfig: Command = {
	usage: "check-config",
	summary: "check the configuration",
	async run(_args, config, terminal) {
		// It is read and checked before any command runs, and errors are reported there.
		terminal.out(`The configuration is valid: ${config.publicUrl}`);
		return 0;
	},
};
