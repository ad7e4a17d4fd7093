import { readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { type Terminal, Usage } from "../../src/cli/command.ts";
import { findCommand, usage } from "../../src/cli/commands.ts";
import { ConfigError } from "../../src/config.ts";
import { buildGateway, installedBridges, readConfig } from "../../src/gateway.ts";
import { freePort } from "../support/free-port.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const ownBridges = path.join(import.meta.dirname, "..", "..", "bridges");
const thirdBridge = path.join(import.meta.dirname, "third-bridge");

/** The product's bridges and one more. */
async function withThirdBridge(t: ExecutionContext) {
	const folder = await temporaryFolder(t);
	for (const from of [ownBridges, thirdBridge])
		for (const name of readdirSync(from)) symlinkSync(path.join(from, name), path.join(folder, name));
	return installedBridges(folder);
}

function recordingTerminal(): Terminal & { readonly outs: string[]; readonly errs: string[] } {
	const outs: string[] = [];
	const errs: string[] = [];
	return {
		outs,
		errs,
		out: (line) => outs.push(line),
		err: (line) => errs.push(line),
		stdin: process.stdin,
		signal: new AbortController().signal,
	};
}

test("the usage lists the commands of all bridges, enabled or not", async (t) => {
	const lines = (await usage()).split("\n");
	t.is(lines[0], "usage: causeway [--config FILE] COMMAND");
	for (const line of [
		/^ {2}serve +run the provider/,
		/^ {2}matrix registration \[--out FILE \[--force\]\] +make the file that a homeserver's operator installs$/,
		/^ {2}matrix link <channelId> <room> +link a channel to a room, speaking for both sides$/,
		/^ {2}matrix unlink <channelId> +end a channel's link; its ghosts leave the room$/,
	])
		t.is(lines.filter((candidate) => line.test(candidate)).length, 1, String(line));
});

test("a line that names no command is a usage error", async (t) => {
	for (const words of [
		[],
		["matrix"],
		["matrix", "fly"],
		["matrix", "constructor"],
		["activitypub", "x"],
		["toString"],
	])
		await t.throwsAsync(findCommand(words), { instanceOf: Usage }, words.join(" "));
});

test("a bridge is added by one folder and one configuration key: its configuration, paths, usage and commands work", async (t) => {
	const installed = await withThirdBridge(t);
	t.deepEqual(installed.names.toSorted(), ["activitypub", "matrix", "pigeon"]);
	t.regex(await usage(installed), /^ {2}pigeon greet <handle> +greet an account$/m);

	const port = await freePort();
	const env = {
		CAUSEWAY_PUBLIC_URL: `http://localhost:${port}`,
		CAUSEWAY_LISTEN_PORT: String(port),
		CAUSEWAY_DATA_DIR: await temporaryFolder(t),
		CAUSEWAY_LOG_LEVEL: "silent",
		CAUSEWAY_BRIDGES_PIGEON_ENABLED: "true",
		CAUSEWAY_BRIDGES_PIGEON_GREETING: "Coo coo",
	};
	await t.throwsAsync(readConfig(undefined, env), { instanceOf: ConfigError });
	const config = await readConfig(undefined, env, installed);
	await using gateway = await buildGateway(config, { installed });
	await gateway.start();
	await createAccount(gateway.context, { handle: "jane" });
	t.is(await (await fetch(`http://localhost:${port}/pigeon`)).text(), "Coo coo");

	const terminal = recordingTerminal();
	const { command, args } = await findCommand(["pigeon", "greet", "jane"], installed);
	t.is(await command.run(args, config, terminal), 0);
	t.is(await command.run(["joe"], config, terminal), 1);
	t.deepEqual(terminal.outs, [`Coo coo, jane@localhost:${port}`]);
	t.deepEqual(terminal.errs, ["There is no account joe here"]);
	await t.throwsAsync(command.run([], config, terminal), { instanceOf: Usage });
});

test("the command of a bridge that is not enabled runs with the bridge's configuration", async (t) => {
	const installed = await withThirdBridge(t);
	const config = await readConfig(
		undefined,
		{
			CAUSEWAY_DATA_DIR: await temporaryFolder(t),
			CAUSEWAY_LOG_LEVEL: "silent",
			CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: "hs.test",
		},
		installed,
	);
	const terminal = recordingTerminal();
	const { command } = await findCommand(["pigeon", "greet"], installed);
	t.is(await command.run(["jane"], config, terminal), 1);
	const { command: registration } = await findCommand(["matrix", "registration"], installed);
	t.is(await registration.run([], config, terminal), 0);
	t.regex(terminal.outs.join("\n"), /^id: causeway\nurl: http:\/\/localhost:8480\n/);
});
