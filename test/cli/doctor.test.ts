import { truncateSync, writeFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import test from "ava";
import { createRegistration, readRegistration } from "../../bridges/matrix/registration.ts";
import { diskLine, fileLines } from "../../src/cli/doctor-data.ts";
import { sizeLines } from "../../src/cli/doctor-sizes.ts";
import { startFakeHomeserver } from "../peers/fake-homeserver.ts";
import { faultyDisk } from "../support/faulty-disk.ts";
import { freePort } from "../support/free-port.ts";
import { runProgram } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("doctor asks the homeserver what works, and prints nothing that operators can do nothing about", async (t) => {
	const folder = await temporaryFolder(t);
	const file = path.join(folder, "registration.yaml");
	const url = "http://127.0.0.1:9";
	await writeFile(file, createRegistration({ publicUrl: url, prefix: "_ofscp_", serverName: "hs.test" }));
	const { as_token: asToken, hs_token: hsToken } = readRegistration(file);
	const bot = "@_ofscp_bot:hs.test";
	await using homeserver = await startFakeHomeserver({ serviceUrl: url, asToken, hsToken, bot });
	const ask = (homeserverUrl: string) =>
		runProgram(
			{
				CAUSEWAY_DATA_DIR: path.join(folder, "data"),
				CAUSEWAY_LOG_LEVEL: "error",
				CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
				CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: homeserverUrl,
				CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: "hs.test",
				CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: file,
			},
			["doctor"],
		);
	const { stdout, stderr } = await ask(homeserver.url);
	t.true(stdout.includes(`bridge     matrix: connected to ${homeserver.url} as ${bot}\n`), stdout);
	t.regex(stdout, /bridge {5}activitypub: enabled\n/);
	t.regex(stdout, /^keys {7}ok: keys\/secrets\.key is the key of this database$/m);
	t.regex(stdout, /^files {6}causeway\.db [\d.]+ MiB, its write-ahead log [\d.]+ MiB$/m);
	t.is(stderr, "");
	const away = await ask(`http://127.0.0.1:${await freePort()}`);
	t.regex(away.stdout, /bridge {5}matrix: The homeserver at http:\/\/127\.0\.0\.1:\d+ does not answer/);
	t.is(away.stderr, "");
	t.regex(away.stdout, /^disk {7}(ok|only)[ :]+[\d.]+ [GM]iB free/m);
});

test("doctor --sizes prints rows and bytes of each part of the store, the largest first", async (t) => {
	const folder = await temporaryFolder(t);
	const run = (...args: string[]) =>
		runProgram({ CAUSEWAY_DATA_DIR: path.join(folder, "data"), CAUSEWAY_LOG_LEVEL: "error" }, args);
	await run("user", "add", "jane");
	const { stdout, stderr } = await run("doctor", "--sizes");
	t.is(stderr, "");
	t.regex(stdout, /^log +\d+ rows? +\d[\d.]* [KM]iB +\d[\d.]* K?i?B each$/m);
	t.regex(stdout, /^accounts +1 row +/m);
	t.regex(stdout.trimEnd().split("\n").at(-1) ?? "", /^all +/);
	await t.throwsAsync(run("doctor", "--size"), { message: /: 2 / });
});

test("sizes are given in units that people read", (t) => {
	const lines = sizeLines([
		{ name: "log", rows: 1_234_567, bytes: 3 * 1024 ** 3 },
		{ name: "codes", rows: 1, bytes: 512 },
		{ name: "nonces", rows: 0, bytes: 8192 },
	]);
	t.deepEqual(lines, [
		"log    1,234,567 rows  3.0 GiB  2.5 KiB each",
		"codes           1 row    512 B    512 B each",
		"all    1,234,568 rows  3.0 GiB  2.5 KiB each",
	]);
});

test("doctor says that the disk is full, in which folder, and what that means; and that the write-ahead log is long", async (t) => {
	const folder = await temporaryFolder(t);
	const dataDir = path.join(folder, "data");
	await runProgram({ CAUSEWAY_DATA_DIR: dataDir, CAUSEWAY_LOG_LEVEL: "silent" }, ["user", "add", "jane"]);
	const disk = faultyDisk(folder, dataDir);
	disk.fail("full");
	const asked = runProgram({ CAUSEWAY_DATA_DIR: dataDir, CAUSEWAY_LOG_LEVEL: "silent", ...disk.env }, ["doctor"]);
	const failed = await t.throwsAsync(asked, {
		message: /data\/causeway\.db can't be used: the disk is full\. Free some space/,
	});
	t.notRegex(failed?.message ?? "", /\n./);
	t.is(diskLine({ dataDir: path.join(folder, "none") }), `disk       ${path.join(folder, "none")} does not exist yet`);

	const log = path.join(dataDir, "causeway.db-wal");
	writeFileSync(log, "");
	truncateSync(log, 200 * 1024 * 1024);
	const lines = fileLines({ dataDir, store: { kind: "sqlite" } });
	t.regex(lines[1] ?? "", /its write-ahead log 200\.0 MiB$/);
	t.regex(lines[2] ?? "", /^ {11}The write-ahead log is long: /);
	t.is(fileLines({ dataDir, store: { kind: "mongodb", url: "mongodb://db" } }).length, 1);
});
