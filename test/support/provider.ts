import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import type { FailPoint } from "#core/ports/fail-points.ts";
import { type Client, createClient } from "./client.ts";
import { freePort } from "./free-port.ts";
import { until } from "./wait.ts";

/** A provider in a process of its own, so that it can be killed and restarted with the same folder and port. */
export interface Provider extends AsyncDisposable {
	readonly origin: string;
	/** `localhost:port` */
	readonly domain: string;
	readonly dataDir: string;
	/** The id of the current process. */
	readonly pid: number;
	/** Milliseconds from the start of the process to its first "ready". */
	readonly readyAfterMs: number;
	/** Resolves with the exit code or the signal of the current process. */
	readonly ended: Promise<number | NodeJS.Signals>;
	/** Ends the process at the `hit`-th hit of a fail-point from now on. Only for a provider with `failPoints`. */
	arm(point: FailPoint, hit?: number): Promise<void>;
	/** Ends the process as a loss of power does. */
	kill9(): Promise<void>;
	/** Asks it to stop. Resolves with the exit code. */
	stop(): Promise<number | NodeJS.Signals>;
	/** Starts it again after it has ended; resolves when it is ready. */
	restart(): Promise<void>;
	/** Runs a command beside it; resolves with what it prints. */
	cli(...words: readonly string[]): Promise<string>;
	/** Creates an account and a token on the command line. */
	person(handle: string): Promise<Client>;
	/** Creates a client with an existing token. */
	client(handle: string, token: string): Client;
}

export interface ProviderOptions {
	/** Holds the data; existing data is used. */
	readonly folder: string;
	/** True: fail-points can be armed, and the process is not started through the executable. */
	readonly failPoints?: true;
	/** Further keys, as the environment gives them. */
	readonly env?: Readonly<Record<string, string>>;
	readonly port?: number;
}

const run = promisify(execFile);
const executable = path.join(import.meta.dirname, "..", "..", "bin", "causeway.js");
const faulty = path.join(import.meta.dirname, "faulty-serve.ts");

export async function startProvider(options: ProviderOptions): Promise<Provider> {
	const port = options.port ?? (await freePort());
	const origin = `http://localhost:${port}`;
	const dataDir = path.join(options.folder, "data");
	await mkdir(dataDir, { recursive: true });
	const env: NodeJS.ProcessEnv = {
		...process.env,
		CAUSEWAY_PUBLIC_URL: origin,
		CAUSEWAY_LISTEN_PORT: String(port),
		CAUSEWAY_DATA_DIR: dataDir,
		CAUSEWAY_FEDERATION_INSECURE_LOCALHOST: "true",
		CAUSEWAY_LOG_LEVEL: process.env.CAUSEWAY_TEST_LOG ?? "silent",
		CAUSEWAY_LIMITS_SCALE: "1000",
		// On a busy machine, the event loop is late as it is under load.
		CAUSEWAY_LIMITS_WAIT_MS: "60000",
		...options.env,
	};
	let child: ChildProcess;
	let ended: Promise<number | NodeJS.Signals>;
	let readyAfterMs = 0;

	async function start(): Promise<void> {
		const startedAt = performance.now();
		const words = options.failPoints === true ? [] : ["serve"];
		child = fork(options.failPoints === true ? faulty : executable, words, {
			env,
			// A library of a bridge uses a deprecated function.
			execArgv: ["--disable-warning=DEP0060"],
			stdio: ["ignore", "inherit", "inherit", "ipc"],
		});
		ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
		const isUp = async () => {
			if (child.exitCode !== null || child.signalCode !== null)
				throw new Error("The provider has ended while starting");
			return (await fetch(`${origin}/readyz`).catch(() => undefined))?.status === 200;
		};
		await until("the provider is ready", isUp);
		readyAfterMs = Math.round(performance.now() - startedAt);
	}

	const provider: Provider = {
		origin,
		domain: `localhost:${port}`,
		dataDir,
		get pid() {
			return child.pid as number;
		},
		get readyAfterMs() {
			return readyAfterMs;
		},
		get ended() {
			return ended;
		},
		async arm(point, hit = 1) {
			const armed = once(child, "message");
			child.send({ point, hit });
			await armed;
		},
		async kill9() {
			child.kill("SIGKILL");
			await ended;
		},
		async stop() {
			child.kill("SIGTERM");
			return ended;
		},
		restart: start,
		async cli(...words) {
			const { stdout } = await run(process.execPath, [executable, ...words], { env });
			return stdout.trim();
		},
		async person(handle) {
			await provider.cli("user", "add", handle);
			return provider.client(handle, await provider.cli("token", "add", handle));
		},
		async [Symbol.asyncDispose]() {
			await provider.kill9();
		},
		client: (handle, token) => createClient(origin, `${handle}@localhost:${port}`, token),
	};
	try {
		await start();
	} catch (error) {
		await provider.kill9();
		throw error;
	}
	return provider;
}
