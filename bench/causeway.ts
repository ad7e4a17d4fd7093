import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";

const executable = path.join(import.meta.dirname, "..", "bin", "causeway.js");

/** A provider as an operator installs it, with its folder, configuration and commands. It is not necessarily running. */
export interface Provider {
	readonly origin: string;
	readonly port: number;
	readonly configFile: string;
	/** Sets further keys of the configuration. The server must not be running. */
	configure(config: object): void;
	/** Runs a command. Resolves with its output. @throws {Error} with the error output, if the command fails */
	command(...words: readonly string[]): Promise<string>;
	serve(): Promise<Server>;
}

/** The provider's running process. */
export interface Server extends AsyncDisposable {
	readonly pid: number;
	/** Milliseconds from the start of the process to the first 200. */
	readonly startedIn: number;
}

/** @param config in addition to what every benchmark needs: peers on loopback, and practically no rate limits */
export async function installCauseway(folder: string, config: object = {}): Promise<Provider> {
	const port = await freePort();
	const origin = `http://localhost:${port}`;
	const dataDir = path.join(folder, "causeway");
	const configFile = path.join(dataDir, "causeway.yaml");
	mkdirSync(dataDir);
	const base = {
		publicUrl: origin,
		listen: { port },
		dataDir,
		federation: { insecureLocalhost: true },
		limits: { scale: 1_000_000 },
		log: { level: "warn" },
	};
	// JSON is valid YAML.
	writeFileSync(configFile, JSON.stringify({ ...base, ...config }));
	const line = (...words: readonly string[]): string[] => [executable, ...words, "--config", configFile];

	return {
		origin,
		port,
		configFile,
		configure: (more) => writeFileSync(configFile, JSON.stringify({ ...base, ...config, ...more })),
		async command(...words) {
			const { stdout } = await promisify(execFile)(process.execPath, line(...words));
			return stdout.trim();
		},
		async serve() {
			const start = performance.now();
			// The server inherits NODE_OPTIONS, with which a profiler can be started.
			const child = spawn(process.execPath, line("serve"), { stdio: ["ignore", "inherit", "inherit"] });
			const stop = async (): Promise<void> => {
				if (child.exitCode !== null || child.signalCode !== null) return;
				child.kill("SIGTERM");
				await once(child, "exit");
			};
			process.once("exit", () => child.kill("SIGKILL"));
			await first200(`${origin}/healthz`, () => child.exitCode);
			return { pid: child.pid as number, startedIn: performance.now() - start, [Symbol.asyncDispose]: stop };
		},
	};
}

async function first200(url: string, exitCode: () => number | null): Promise<void> {
	for (;;) {
		const answer = await fetch(url).catch(() => undefined);
		if (answer?.status === 200) return;
		if (exitCode() !== null) throw new Error(`Causeway ended with ${exitCode()} before it answered`);
		await new Promise((resolve) => setTimeout(resolve, 5));
	}
}

async function freePort(): Promise<number> {
	const probe = createServer().listen(0, "127.0.0.1");
	await once(probe, "listening");
	const { port } = probe.address() as { port: number };
	probe.close();
	await once(probe, "close");
	return port;
}

/** Sends a request to the provider's API, authenticated by an access token. @throws {Error} if the answer is not 2xx */
export async function api<T>(
	{ origin }: Pick<Provider, "origin">,
	token: string,
	method: string,
	route: string,
	body?: object,
): Promise<T> {
	const headers = {
		authorization: `Bearer ${token}`,
		...(body === undefined ? {} : { "content-type": "application/json" }),
	};
	const answer = await fetch(`${origin}${route}`, {
		method,
		headers,
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${method} ${route} was answered with ${answer.status}: ${text}`);
	return (text === "" ? undefined : JSON.parse(text)) as T;
}

interface Listed {
	readonly id: string;
	readonly content: { readonly text: string };
}
interface List {
	readonly items: readonly Listed[];
	readonly page: { readonly nextCursor?: string };
}

/** Reads a list of messages, newest first, until it has `count` of them. */
export async function newest(
	provider: Pick<Provider, "origin">,
	token: string,
	route: string,
	count: number,
): Promise<readonly Listed[]> {
	const found: Listed[] = [];
	let cursor: string | undefined;
	do {
		const query = new URLSearchParams({ limit: "100", ...(cursor === undefined ? {} : { cursor }) });
		const { items, page } = await api<List>(provider, token, "GET", `${route}?${query}`);
		found.push(...items);
		cursor = page.nextCursor;
	} while (cursor !== undefined && found.length < count);
	return found;
}
