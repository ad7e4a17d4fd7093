import { copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { SetupError } from "#core/errors.ts";
import { signingKeySets, signingKeys } from "#core/identity/signing-keys.ts";
import { vaultKeys } from "#core/identity/vault-key.ts";
import { buildGateway, openCore, readConfig } from "../../src/gateway.ts";
import { startProvider } from "../support/provider.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

async function open(t: ExecutionContext) {
	const dataDir = await temporaryFolder(t);
	const config = await readConfig(undefined, { CAUSEWAY_DATA_DIR: dataDir });
	const file = path.join(dataDir, "keys", "secrets.key");
	const core = () => openCore(config, { logger: silentLogger });
	return { dataDir, config, file, core };
}
type Opened = Awaited<ReturnType<typeof open>>;

/** What may have happened to the key file of a database that holds secrets, and what the message says. */
const accidents: Readonly<Record<string, readonly [(it: Opened) => Promise<unknown>, RegExp]>> = {
	"is missing": [({ file }) => rm(file), /secrets\.key is missing/],
	"and its folder are missing": [({ file }) => rm(path.dirname(file), { recursive: true }), /is missing/],
	"is empty": [({ file }) => writeFile(file, ""), /is missing/],
	"is cut off": [
		async ({ file }) => writeFile(file, (await readFile(file, "utf8")).slice(0, 20)),
		/does not contain a key of 32 bytes/,
	],
	"is another one": [
		({ file }) => writeFile(file, Buffer.alloc(32, 5).toString("base64")),
		/is not the key of the secrets in this database/,
	],
	"can't be read": [
		async ({ file }) => {
			await rm(file);
			await mkdir(file);
		},
		/can't be read/,
	],
};

for (const [name, [happen, expected]] of Object.entries(accidents)) {
	test(`neither the server nor a command starts if the key file ${name}, and the message names it`, async (t) => {
		const it = await open(t);
		const { config, file, core, dataDir } = it;
		{
			await using opened = await core();
			await createAccount(opened.context, { handle: "jane" });
			await signingKeys(opened.context);
		}
		const saved = path.join(dataDir, "saved.key");
		await copyFile(file, saved);
		await happen(it);
		for (const start of [core, () => buildGateway(config, { logger: silentLogger })]) {
			const error = await t.throwsAsync(start(), { instanceOf: SetupError });
			t.regex(error?.message ?? "", expected);
			t.true(error?.message.includes(file));
			t.false(error?.message.includes("\n"));
		}
		await rm(file, { recursive: true, force: true });
		await mkdir(path.dirname(file), { recursive: true });
		await copyFile(saved, file);
		await using restored = await core();
		t.is((await signingKeys(restored.context)).keys.length, 2);
	});
}

test("the data of an earlier version, which kept no fingerprint of its key, is protected too", async (t) => {
	for (const has of ["an account", "signing keys"]) {
		const { file, core } = await open(t);
		{
			await using opened = await core();
			if (has === "an account") await createAccount(opened.context, { handle: "jane" });
			else await signingKeys(opened.context);
			await opened.context.store.delete(vaultKeys, "current");
		}
		const key = await readFile(file);
		await rm(file);
		await t.throwsAsync(core(), { instanceOf: SetupError, message: /is missing/ }, has);
		if (has === "signing keys") {
			await writeFile(file, Buffer.alloc(32, 5).toString("base64"));
			await t.throwsAsync(core(), { instanceOf: SetupError, message: /is not the key/ });
		}
		await writeFile(file, key);
		await using opened = await core();
		t.truthy(await opened.context.store.get(vaultKeys, "current"));
		if (has === "signing keys") t.truthy(await opened.context.store.get(signingKeySets, "current"));
	}
});

test("a first start makes a key that only the user of the process can read, also over an empty file", async (t) => {
	for (const isInterrupted of [false, true]) {
		const { file, core } = await open(t);
		if (isInterrupted) {
			await mkdir(path.dirname(file), { recursive: true });
			await writeFile(file, "");
		}
		const opened = await core();
		t.is(Buffer.from(await readFile(file, "utf8"), "base64").length, 32);
		t.is((await stat(file)).mode & 0o777, 0o600);
		await opened[Symbol.asyncDispose]();
		await (await core())[Symbol.asyncDispose]();
	}
});

test("a server without its key ends with one line and exit code 1", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder });
	await provider.cli("user", "add", "jane");
	const file = path.join(provider.dataDir, "keys", "secrets.key");
	await rm(file);
	const failed = await t.throwsAsync(provider.cli("user", "add", "joan"), { code: 1 });
	const lines = (failed as unknown as { stderr: string }).stderr.trim().split("\n");
	t.is(lines.length, 1);
	t.regex(lines[0] as string, /^causeway: \S+secrets\.key is missing.*Restore it from the backup/);
});
