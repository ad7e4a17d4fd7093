import { mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { type BridgeCommand, SetupError } from "#bridge-kit";
import type { MatrixConfig } from "../config.ts";
import { createRegistration } from "../registration.ts";

/** Makes the registration file of the application service (Matrix AS v1.19). It holds two secrets, so only its owner can read it. */
export const registration: BridgeCommand<MatrixConfig> = {
	usage: "registration [--out FILE [--force]]",
	summary: "make the file that a homeserver's operator installs",
	async run(args, { about, config, terminal }) {
		const { values } = parseArgs({
			args: [...args],
			options: { out: { type: "string" }, force: { type: "boolean", default: false } },
		});
		const { prefix, serverName } = config;
		if (serverName === "")
			throw new SetupError(
				"bridges.matrix.serverName is missing: set it to the homeserver's name, as it stands behind the colon of @alice:example.org",
			);
		const yaml = createRegistration({ publicUrl: about.origin, prefix, serverName });
		if (values.out === undefined) terminal.out(yaml.trimEnd());
		else {
			await write(values.out, yaml, values.force);
			terminal.err(
				`Written to ${values.out}. Name it in the homeserver's app_service_config_files and restart the homeserver.`,
			);
		}
		return 0;
	},
};

/** Writes the file whole or not at all. @throws {SetupError} it exists, and is not to be replaced; it can't be written */
async function write(file: string, yaml: string, replaces: boolean): Promise<void> {
	const temporary = `${file}.new`;
	try {
		if (!replaces && (await exists(file)))
			throw new SetupError(
				`${file} exists. The homeserver knows the tokens in it, and would not know new ones. To replace it all the same, add --force; then install it again and restart both`,
			);
		await mkdir(path.dirname(file), { recursive: true });
		// A file that exists would keep its mode, which may let others read it.
		await rm(temporary, { force: true });
		await writeFile(temporary, yaml, { mode: 0o600, flag: "wx" });
		await rename(temporary, file);
	} catch (error) {
		if (error instanceof SetupError) throw error;
		throw new SetupError(`${file} can't be written: ${error instanceof Error ? error.message : String(error)}`, {
			cause: error,
		});
	}
}

async function exists(file: string): Promise<boolean> {
	try {
		await stat(file);
		return true;
	} catch (error) {
		if ((error as { code?: unknown }).code === "ENOENT") return false;
		throw error;
	}
}
