import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";

/**
 * Below the ports that systems give to outgoing connections and to servers that ask for any port (from 32768, or 49152), so that none of
 * these takes a port between its choice here and its use.
 */
const range = { from: 15_000, to: 32_000 };

/** One file for each port that a running process has chosen; it contains the process's id. */
const folder = path.join(tmpdir(), `causeway-ports-${userInfo().uid}`);
const chosen = new Set<string>();

/** Finds a port of this machine that nothing uses, and reserves it until this process ends: no other process gets it here. */
export async function freePort(): Promise<number> {
	mkdirSync(folder, { recursive: true, mode: 0o700 });
	for (;;) {
		const port = range.from + Math.floor(Math.random() * (range.to - range.from));
		if (reserve(port) && (await isUnused(port))) return port;
	}
}

function reserve(port: number): boolean {
	const file = path.join(folder, String(port));
	try {
		writeFileSync(file, String(process.pid), { flag: "wx" });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		if (isRunning(holderOf(file))) return false;
		// Its process was killed. The next to ask for this port may reserve it.
		rmSync(file, { force: true });
		return false;
	}
	if (chosen.size === 0) process.once("exit", () => chosen.forEach((own) => rmSync(own, { force: true })));
	chosen.add(file);
	return true;
}

function holderOf(file: string): number {
	try {
		return Number(readFileSync(file, "utf8"));
	} catch {
		return 0;
	}
}

/** An empty file belongs to a process that is just writing it. */
function isRunning(pid: number): boolean {
	if (pid === 0) return true;
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** True if a server can listen there now, on every address that a test may use. */
async function isUnused(port: number): Promise<boolean> {
	for (const host of ["127.0.0.1", undefined]) {
		const server = createServer();
		const listening = await new Promise<boolean>((resolve) => {
			server.once("error", () => resolve(false));
			server.listen({ port, ...(host && { host }) }, () => resolve(true));
		});
		if (!listening) return false;
		const found = (server.address() as AddressInfo).port;
		await new Promise((resolve) => server.close(resolve));
		if (found !== port) return false;
	}
	return true;
}
