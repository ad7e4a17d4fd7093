import { execFile } from "node:child_process";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { freePort } from "../support/free-port.ts";

const file = path.join(import.meta.dirname, "..", "support", "free-port.ts");

/** Lets another process choose ports, and stay until all have chosen. */
async function chooseElsewhere(count: number): Promise<readonly number[]> {
	const script = `
		const { freePort } = await import(${JSON.stringify(file)});
		const ports = [];
		while (ports.length < ${count}) ports.push(await freePort());
		console.log(JSON.stringify(ports));
	`;
	const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
	return JSON.parse(stdout) as number[];
}

test("a port is chosen once, however many ask in one process", async (t) => {
	const ports = await Promise.all(Array.from({ length: 200 }, freePort));
	t.is(new Set(ports).size, 200);
	for (const port of ports) t.true(port < 32_768, "outgoing connections don't use it");
});

test("a port that this process has chosen is not chosen by another one, and can be listened on", async (t) => {
	const own = await Promise.all(Array.from({ length: 100 }, freePort));
	const others = (await Promise.all(Array.from({ length: 2 }, () => chooseElsewhere(100)))).flat();
	t.deepEqual(
		others.filter((port) => own.includes(port)),
		[],
	);
	const server = createServer();
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(own[0], "127.0.0.1", resolve);
	});
	server.close();
});
