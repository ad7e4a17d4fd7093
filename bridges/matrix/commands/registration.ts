import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import type { BridgeCommand } from "#bridge-kit";
import type { MatrixConfig } from "../config.ts";
import { createRegistration } from "../registration.ts";

/** Makes the registration file of the application service (Matrix AS v1.19). */
export const registration: BridgeCommand<MatrixConfig> = {
	usage: "registration [--out FILE]",
	summary: "make the file that a homeserver's operator installs",
	async run(args, { about, config, terminal }) {
		const { values } = parseArgs({ args: [...args], options: { out: { type: "string" } } });
		const { prefix, serverName } = config;
		const yaml = createRegistration({ publicUrl: about.origin, prefix, serverName });
		if (values.out === undefined) terminal.out(yaml.trimEnd());
		else {
			await writeFile(values.out, yaml, { mode: 0o600 });
			terminal.err(
				`Written to ${values.out}. Name it in the homeserver's app_service_config_files and restart the homeserver.`,
			);
		}
		return 0;
	},
};
