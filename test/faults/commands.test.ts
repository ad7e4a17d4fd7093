import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync } from "node:fs";
import path from "node:path";
import { text } from "node:stream/consumers";
import test, { type ExecutionContext } from "ava";
import { localAccount } from "#core/accounts/find-account.ts";
import { isPassword } from "#core/identity/credentials.ts";
import { recoveryState } from "#core/identity/recovery.ts";
import { signingKeys } from "#core/identity/signing-keys.ts";
import { type OpenedCore, openCore, readConfig } from "../../src/gateway.ts";
import { faultyDisk } from "../support/faulty-disk.ts";
import { executable } from "../support/run-program.ts";
import { silentLogger } from "../support/silent-logger.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const password = "a quiet harbour";

interface Ended {
	readonly code: number | null;
	readonly out: string;
	readonly err: string;
}
interface Command {
	readonly words: readonly string[];
	readonly stdin?: string;
	/** Checks what a run that was killed has left; nothing, or all. */
	half?(t: ExecutionContext, context: OpenedCore["context"]): Promise<void>;
	/** Checks what the run after it has done. */
	whole(t: ExecutionContext, context: OpenedCore["context"], ended: Ended): Promise<void>;
}

/** The commands that write. */
const commands: Readonly<Record<string, Command>> = {
	"user add with a password": {
		words: ["user", "add", "joe", "--password-stdin"],
		stdin: `${password}\n`,
		async half(t, context) {
			const joe = await localAccount(context, "joe");
			t.true(joe === undefined || (await isPassword(context, joe.id, password)));
		},
		async whole(t, context, { code, err }) {
			const joe = await localAccount(context, "joe");
			t.true(joe !== undefined && (await isPassword(context, joe.id, password)));
			// The run that was killed had created the account already.
			if (code !== 0) t.regex(err, /^causeway: The handle joe is taken\. .*: user recover joe\n$/);
		},
	},
	"user add": {
		words: ["user", "add", "joe", "--admin"],
		async whole(t, context, { code, err }) {
			const joe = await localAccount(context, "joe");
			t.true(joe?.admin);
			const link = /recover\?link=(\S+)/.exec(err)?.[1];
			if (code === 0) t.is((await recoveryState(context, link ?? ""))?.id, joe?.id);
			else t.regex(err, /^causeway: The handle joe is taken\. .*: user recover joe\n$/);
		},
	},
	"user recover": {
		words: ["user", "recover", "jane", "--reset-second-factor"],
		async whole(t, context, { code, out }) {
			t.is(code, 0);
			t.is((await recoveryState(context, out.trim().split("link=")[1] ?? ""))?.handle, "jane");
		},
	},
	"invite add": {
		words: ["invite", "add"],
		whole: async (t, _context, { code, out }) => {
			t.is(code, 0);
			t.regex(out, /\/signup\?invite=\S+\n$/);
		},
	},
	"token add": {
		words: ["token", "add", "jane"],
		whole: async (t, _context, { code, out }) => {
			t.is(code, 0);
			t.regex(out, /^cwy_\S+\n$/);
		},
	},
	"keys rotate": {
		words: ["keys", "rotate"],
		async whole(t, context, { code, out }) {
			t.is(code, 0);
			const { keys } = await signingKeys(context);
			t.deepEqual(
				keys.filter(({ retiredAt }) => retiredAt === undefined).map(({ kid }) => kid),
				out.trim().split("\n").slice(0, 2),
			);
		},
	},
	restore: {
		words: ["restore"],
		whole: async (t, { epochs }, { code, out }) => {
			t.is(code, 0);
			t.true(out.includes(`(${epochs.current.name})`));
		},
	},
};

async function run(dataDir: string, args: readonly string[], input = "", env = {}): Promise<Ended> {
	const child = spawn(process.execPath, [executable, ...args], {
		env: { ...process.env, CAUSEWAY_DATA_DIR: dataDir, CAUSEWAY_LOG_LEVEL: "silent", ...env },
	});
	child.stdin.on("error", () => {}).end(input);
	const [out, err, [code]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		once(child, "exit") as Promise<[number | null]>,
	]);
	return { code, out, err };
}

test.serial("a first start that is killed at any of its flushes leaves a folder that starts", async (t) => {
	const folder = await temporaryFolder(t);
	for (let flush = 1; ; flush++) {
		const dataDir = path.join(folder, `data-${flush}`);
		const disk = faultyDisk(folder, dataDir);
		disk.endAtFlush(flush);
		const first = await run(dataDir, ["user", "add", "jane"], "", disk.env);
		if (first.code === 0) {
			t.true(flush > 3, "a first start makes at least its folder, its key and its database durable");
			break;
		}
		t.is(first.code, null, first.err);
		const next = await run(dataDir, ["user", "add", "joe"]);
		t.is(next.code, 0, next.err);
	}
});

for (const [name, { words, stdin = "", half, whole }] of Object.entries(commands))
	test.serial(
		`${name}, killed at each of its writes, does all or nothing, and the next run does the rest`,
		async (t) => {
			const folder = await temporaryFolder(t);
			const used = path.join(folder, "used");
			t.is((await run(used, ["user", "add", "jane"])).code, 0);
			let kills = 0;
			for (let flush = 1; ; flush++) {
				const dataDir = path.join(folder, `data-${flush}`);
				cpSync(used, dataDir, { recursive: true });
				const disk = faultyDisk(folder, dataDir);
				disk.endAtFlush(flush);
				const first = await run(dataDir, words, stdin, disk.env);
				if (first.code === 0) break;
				t.is(first.code, null, first.err);
				kills++;
				const config = await readConfig(undefined, { CAUSEWAY_DATA_DIR: dataDir });
				{
					await using left = await openCore(config, { logger: silentLogger, acceptsOlder: true });
					await half?.(t, left.context);
				}
				const ended = await run(dataDir, words, stdin);
				await using opened = await openCore(config, { logger: silentLogger });
				await whole(t, opened.context, ended);
			}
			t.true(kills > 0, "the command writes");
			t.log(`killed at ${kills} flushes`);
		},
	);
