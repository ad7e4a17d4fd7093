import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import { parse } from "yaml";
import { SetupError } from "#bridge-kit";
import { bridgeName } from "#core/ids.ts";
import { registration } from "../../../../bridges/matrix/commands/registration.ts";
import { configSchema } from "../../../../bridges/matrix/config.ts";
import { readRegistration } from "../../../../bridges/matrix/registration.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

/** Runs the command. */
async function run(args: readonly string[], serverName = "hs.test") {
	const outs: string[] = [];
	const errs: string[] = [];
	const code = await registration.run(args, {
		about: { bridge: bridgeName("matrix"), origin: "https://social.test", domain: "social.test" },
		config: configSchema.parse({ serverName }),
		terminal: {
			out: (line) => outs.push(line),
			err: (line) => errs.push(line),
			stdin: process.stdin,
			signal: new AbortController().signal,
		},
		openCore: async () => {
			throw new Error("The command needs no data");
		},
	});
	return { code, outs, errs };
}
const modeOf = async (file: string): Promise<number> => (await stat(file)).mode & 0o777;

test("the registration file is written so that only its owner can read it, in a folder that is made if it is missing", async (t) => {
	const file = path.join(await temporaryFolder(t), "data", "matrix", "registration.yaml");
	t.like(await run(["--out", file]), { code: 0, outs: [] });
	t.is(await modeOf(file), 0o600);
	t.is(readRegistration(file, "_ofscp_").sender_localpart, "_ofscp_bot");
});

test("a file that exists is kept, tokens, mode and all, unless it is to be replaced", async (t) => {
	const folder = await temporaryFolder(t);
	const file = path.join(folder, "registration.yaml");
	await run(["--out", file]);
	const { as_token } = readRegistration(file);
	const empty = path.join(folder, "empty.yaml");
	await writeFile(empty, "");
	for (const there of [file, empty, folder]) {
		const error = await t.throwsAsync(run(["--out", there]), { instanceOf: SetupError });
		t.regex(error?.message ?? "", /exists.*--force/);
		t.false(error?.message.includes("\n"));
	}
	t.is(readRegistration(file).as_token, as_token);
	t.is(await readFile(empty, "utf8"), "");
	await chmod(file, 0o644);
	await run(["--out", file, "--force"]);
	t.not(readRegistration(file).as_token, as_token);
	t.is(await modeOf(file), 0o600);
});

test("without the homeserver's name nothing is made, and what is missing is said", async (t) => {
	const file = path.join(await temporaryFolder(t), "registration.yaml");
	for (const args of [[], ["--out", file], ["--out", file, "--force"]]) {
		const error = await t.throwsAsync(run(args, ""), { instanceOf: SetupError });
		t.regex(error?.message ?? "", /^bridges\.matrix\.serverName is missing/);
	}
	await t.throwsAsync(stat(file), { code: "ENOENT" });
});

test("a file that can't be written is a problem of one line", async (t) => {
	const folder = await temporaryFolder(t);
	await writeFile(path.join(folder, "file"), "");
	await mkdir(path.join(folder, "folder"));
	for (const args of [
		["--out", path.join(folder, "file", "registration.yaml")],
		["--out", path.join(folder, "folder"), "--force"],
	]) {
		const error = await t.throwsAsync(run(args), { instanceOf: SetupError });
		t.false(error?.message.includes("\n"));
	}
});

test("without a file the registration is printed, and nothing else; it announces no protocol, since none is served", async (t) => {
	const { outs, errs } = await run([]);
	t.deepEqual(errs, []);
	const printed = parse(outs.join("\n"));
	t.is(printed.sender_localpart, "_ofscp_bot");
	t.false("protocols" in printed);
});
