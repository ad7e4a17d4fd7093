import { chmod, copyFile, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { giveEmail } from "#core/accounts/email.ts";
import { createBridgeState } from "#core/bridging/state.ts";
import { SetupError } from "#core/errors.ts";
import { custodialKeyOf } from "#core/identity/custodial-keys.ts";
import type { IdentityContext } from "#core/identity/identity.ts";
import { signingKeys } from "#core/identity/signing-keys.ts";
import { beginTotp } from "#core/identity/totp.ts";
import { vaultKeys } from "#core/identity/vault-keys.ts";
import type { Account } from "#core/model/account.ts";
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
		/secrets\.key can't be used: it is a folder where a file is needed/,
	],
	"can be read by others": [
		({ file }) => chmod(file, 0o640),
		/can be read or changed by other users .*\(mode 640\)\. Run: chmod 600 /,
	],
	"contains something else": [
		({ file }) => writeFile(file, `${"not base64! ".repeat(4)}\n`),
		/does not contain a key of 32 bytes/,
	],
	"is in a file in place of its folder": [
		async ({ file }) => {
			await rm(path.dirname(file), { recursive: true });
			await writeFile(path.dirname(file), "");
		},
		/secrets\.key can't be used: it, or a part of its path, is a file/,
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
		await rm(path.dirname(file), { recursive: true, force: true });
		await mkdir(path.dirname(file), { recursive: true });
		await copyFile(saved, file);
		await using restored = await core();
		t.is((await signingKeys(restored.context)).keys.length, 2);
	});
}

/** What the data of an earlier version may have that is encrypted; an account alone has nothing. */
const kept: Readonly<Record<string, (context: IdentityContext, account: Account) => Promise<unknown>>> = {
	"nothing encrypted": async () => {},
	"signing keys": (context) => signingKeys(context),
	"the key of an account": (context, account) => custodialKeyOf(context, account),
	"an e-mail address": (context, account) => giveEmail(context, account.id, "jane@mail.example"),
	"an authenticator app": (context, account) => beginTotp(context, account),
	"the key of a bridge": async (context) => {
		await createBridgeState(context, "dove").set("plain", 1);
		await createBridgeState(context, "pigeon!", context.vault).set("key", "secret");
	},
};

for (const [name, keep] of Object.entries(kept))
	test(`the data of an earlier version, which kept no fingerprint of its key, is protected: it has an account and ${name}`, async (t) => {
		const { file, core } = await open(t);
		{
			await using opened = await core();
			await keep(opened.context, await createAccount(opened.context, { handle: "jane" }));
			await opened.context.store.delete(vaultKeys, "current");
		}
		const key = await readFile(file);
		await rm(file);
		await t.throwsAsync(core(), { instanceOf: SetupError, message: /is missing/ });
		if (name !== "nothing encrypted") {
			await writeFile(file, Buffer.alloc(32, 5).toString("base64"), { mode: 0o600 });
			await t.throwsAsync(core(), { instanceOf: SetupError, message: /is not the key/ });
		}
		await writeFile(file, key, { mode: 0o600 });
		await using opened = await core();
		t.truthy(await opened.context.store.get(vaultKeys, "current"));
	});

/** What a first start leaves behind when it is killed: files of the folder and their content. */
const leftovers: Readonly<Record<string, Readonly<Record<string, string | null>>>> = {
	"after the data folder": {},
	"after the folder of the key": { "keys/": null },
	"after creating the draft": { "keys/secrets.key.0123456789ab": "" },
	"while writing the draft": { "keys/secrets.key.0123456789ab": "c2VjcmV0" },
	"before removing the draft": {
		"keys/secrets.key.0123456789ab": Buffer.alloc(32, 7).toString("base64"),
		"keys/secrets.key": Buffer.alloc(32, 7).toString("base64"),
	},
	"after the key, before its fingerprint": { "keys/secrets.key": Buffer.alloc(32, 7).toString("base64") },
};

test("a first start that was killed at any step leaves a folder that starts, with one key from then on", async (t) => {
	for (const [step, files] of Object.entries(leftovers)) {
		const { dataDir, file, core } = await open(t);
		for (const [name, content] of Object.entries(files)) {
			const at = path.join(dataDir, name);
			await mkdir(content === null ? at : path.dirname(at), { recursive: true, mode: 0o700 });
			if (content !== null) await writeFile(at, content, { mode: 0o600 });
		}
		{
			await using opened = await core();
			await signingKeys(opened.context);
		}
		const key = await readFile(file, "utf8");
		if (typeof files["keys/secrets.key"] === "string") t.is(key, files["keys/secrets.key"], step);
		await using again = await core();
		t.is((await signingKeys(again.context)).keys.length, 2, step);
		t.is(await readFile(file, "utf8"), key, step);
	}
});

test("a first start makes a key that only the user of the process can read, also over an empty file", async (t) => {
	for (const isInterrupted of [false, true]) {
		const { file, core } = await open(t);
		if (isInterrupted) {
			await mkdir(path.dirname(file), { recursive: true });
			await writeFile(file, "", { mode: 0o644 });
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
