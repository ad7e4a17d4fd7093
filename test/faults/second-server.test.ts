import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import test from "ava";
import { freePort } from "../support/free-port.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { executable } from "../support/run-program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

type Env = Readonly<Record<string, string>>;

/** Runs `serve` until it ends by itself, or is ready; then it is stopped. */
async function serve(env: Env): Promise<{ code: number | null; lines: readonly string[] }> {
	const child = spawn(process.execPath, [executable, "serve"], {
		env: { ...process.env, CAUSEWAY_LOG_LEVEL: "info", ...env },
	});
	const output = text(child.stdout);
	const errors = text(child.stderr);
	child.stdout.on("data", (chunk) => {
		if (String(chunk).includes("Causeway serves")) child.kill("SIGTERM");
	});
	const [code] = (await once(child, "exit")) as [number | null];
	const lines = `${await errors}${await output}`.trim().split("\n");
	return { code, lines };
}

const on = (dataDir: string, port: number): Env => ({
	CAUSEWAY_PUBLIC_URL: `http://localhost:${port}`,
	CAUSEWAY_LISTEN_PORT: String(port),
	CAUSEWAY_DATA_DIR: dataDir,
});
const portOf = ({ origin }: Provider): number => Number(new URL(origin).port);

test("a second server on a data folder, however it names the folder, ends with one line that says who runs there", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder });
	const link = path.join(await temporaryFolder(t), "link");
	symlinkSync(provider.dataDir, link);
	const other = await freePort();
	for (const [dataDir, port] of [
		[provider.dataDir, other],
		[provider.dataDir, portOf(provider)],
		[path.relative(process.cwd(), provider.dataDir), other],
		[link, other],
	] as const) {
		const { code, lines } = await serve(on(dataDir, port));
		t.is(code, 1);
		t.is(lines.length, 1, lines.join("\n"));
		t.regex(lines[0] ?? "", new RegExp(`is in use by "serve" of process ${provider.pid} on .+, since 20`));
	}
	t.is((await fetch(`${provider.origin}/readyz`)).status, 200);
});

test("after a kill -9 or a stop, the next server starts at once; commands work beside it", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder });
	t.regex(await provider.cli("doctor"), new RegExp(`^server +running: process ${provider.pid} on `, "m"));
	await provider.kill9();
	t.regex(await provider.cli("doctor"), /^server +not running$/m);
	await provider.restart();
	await provider.stop();
	await provider.restart();
	const jane = await provider.person("jane");
	t.is((await jane.answer("GET", "/api/me")).status, 200);
	t.regex(await provider.cli("doctor"), new RegExp(`^server +running: process ${provider.pid} on `, "m"));
});

test("of servers that are started at once on one data folder, one runs and the others say so", async (t) => {
	const folder = await temporaryFolder(t);
	const dataDir = path.join(folder, "data");
	const racers = await Promise.all(Array.from({ length: 4 }, () => freePort()));
	const started = racers.map((port) =>
		spawn(process.execPath, [executable, "serve"], {
			env: { ...process.env, CAUSEWAY_LOG_LEVEL: "info", ...on(dataDir, port) },
		}),
	);
	const ended = started.map((child) => once(child, "exit"));
	const errors = started.map((child) => text(child.stderr));
	const ready = Promise.race(
		started.map(
			(child) =>
				new Promise<void>((resolve) =>
					child.stdout.on("data", (chunk) => String(chunk).includes("Causeway serves") && resolve()),
				),
		),
	);
	let losers = 0;
	const lost = new Promise<void>((resolve) => {
		for (const end of ended) void end.then(() => ++losers === racers.length - 1 && resolve());
	});
	await Promise.all([ready, lost]);
	const running = started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
	t.is(running.length, 1);
	running[0]?.kill("SIGTERM");
	const codes = (await Promise.all(ended)).map(([code]) => code as number).toSorted();
	t.deepEqual(codes, [0, 1, 1, 1]);
	for (const error of await Promise.all(errors))
		t.true(error === "" || /^causeway: \S+ is in use by "serve" of process \d+ on [^\n]+\n$/.test(error), error);
});

test("a server that can't listen ends with one line, and has opened nothing", async (t) => {
	const folder = await temporaryFolder(t);
	const taken = createServer().listen(0, "127.0.0.1");
	await once(taken, "listening");
	t.teardown(() => taken.close());
	const { port } = taken.address() as { port: number };
	for (const [env, line] of [
		[{}, /^causeway: Can't listen on port \d+ of 127\.0\.0\.1: another program listens there/],
		[{ CAUSEWAY_LISTEN_HOST: "192.0.2.1" }, /^causeway: Can't listen on port \d+ of 192\.0\.2\.1: .*listen\.host/],
	] as const) {
		const dataDir = path.join(folder, "data");
		const { code, lines } = await serve({ ...on(dataDir, port), ...env });
		t.is(code, 1);
		t.is(lines.length, 1, lines.join("\n"));
		t.regex(lines[0] ?? "", line);
		t.false(existsSync(dataDir));
	}
});
