import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

export interface MongoPeer {
	readonly url: string;
	stop(): Promise<void>;
}

const source = join(import.meta.dirname, "mongo");
const peers = join(import.meta.dirname, "../../.peers");
const jars = join(peers, "mongo");

/** Uses the server that `MONGODB_URL` names, or else starts one in memory, without durability. */
export async function startMongo(): Promise<MongoPeer> {
	const url = process.env["MONGODB_URL"];
	if (url) return { url: patient(url), stop: async () => {} };
	await prepareJars();
	const args = [
		"-Xmx384m",
		"-XX:TieredStopAtLevel=1",
		"-XX:+UseSerialGC",
		"-cp",
		join(jars, "*"),
		join(source, "Server.java"),
	];
	const server = spawn("java", args, { stdio: ["pipe", "pipe", "pipe"] });
	const ended = new Promise<void>((resolve) => server.once("close", () => resolve()));
	let errorOutput = "";
	server.stderr.on("data", (chunk) => {
		errorOutput = `${errorOutput}${chunk}`.slice(-2_000);
	});
	const started = new Promise<string>((resolve, reject) => {
		server.once("error", reject);
		server.once("exit", (code) => reject(new Error(`The MongoDB peer ended with ${code}: ${errorOutput}`)));
		createInterface(server.stdout).on("line", resolve);
	});
	return {
		url: patient(await started),
		async stop() {
			server.stdin.end();
			await ended;
		},
	};
}

/** Tests of other things than timeouts must not fail on a busy machine, where a server that works may take minutes. */
function patient(url: string): string {
	const patience = new URL(url);
	// The driver wants a slash before the options.
	if (patience.pathname === "") patience.pathname = "/";
	for (const name of ["serverSelectionTimeoutMS", "connectTimeoutMS", "socketTimeoutMS"])
		patience.searchParams.set(name, "180000");
	return patience.href;
}

/** Fetches the server's jars once; concurrent callers wait for the first. */
async function prepareJars(): Promise<void> {
	await mkdir(peers, { recursive: true });
	const lock = join(peers, "mongo.lock");
	while (!existsSync(jars)) {
		if (!(await acquire(lock))) {
			await sleep(200);
			continue;
		}
		try {
			if (!existsSync(jars)) await fetchJars(join(peers, `mongo.${process.pid}`));
		} finally {
			await rm(lock, { recursive: true, force: true });
		}
	}
}

async function fetchJars(folder: string): Promise<void> {
	const pom = join(source, "pom.xml");
	const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime", `-DoutputDirectory=${folder}`];
	try {
		await promisify(execFile)("mvn", ["-q", "-B", "-f", pom, ...goal]);
		await rename(folder, jars);
	} catch (error) {
		await rm(folder, { recursive: true, force: true });
		const hint = "set MONGODB_URL, or install Java and Maven (Debian: default-jdk-headless maven)";
		throw new Error(`The MongoDB peer can't be fetched: ${hint}`, { cause: error });
	}
}

/** A lock is a folder with its owner's process id. The lock of a process that has ended is removed. */
async function acquire(lock: string): Promise<boolean> {
	try {
		await mkdir(lock);
		await writeFile(join(lock, "owner"), String(process.pid));
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
	}
	const owner = Number(await readFile(join(lock, "owner"), "utf8").catch(() => "0"));
	if (owner > 0 && !isAlive(owner)) await rm(lock, { recursive: true, force: true });
	return false;
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}
