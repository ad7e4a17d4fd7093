import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { slowDisk } from "../support/slow-disk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** A program that flushes a new file and prints for each call the code of its error, and whether it took at least the given time. */
const flushing = `
	const { openSync, fsyncSync, fdatasyncSync } = require("node:fs");
	const [file, least] = process.argv.slice(1);
	const descriptor = openSync(file, "w");
	const flush = (work) => {
		const start = performance.now();
		let code = "ok";
		try { work(descriptor); } catch (error) { code = error.code; }
		return [code, performance.now() - start >= Number(least)];
	};
	console.log(JSON.stringify([flush(fsyncSync), flush(fdatasyncSync)]));
`;

test("a slow disk delays each flush of a process that is started with it, and lets it fail when it is told to", async (t) => {
	const folder = await temporaryFolder(t);
	const disk = slowDisk(folder);
	const flushes = async (least: number): Promise<unknown> => {
		const args = ["-e", flushing, path.join(folder, "flushed"), String(least)];
		const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, ...disk.env } });
		return JSON.parse(stdout);
	};
	const both = (code: string) => [
		[code, true],
		[code, true],
	];
	disk.set(25);
	t.deepEqual(await flushes(25), both("ok"));
	disk.set(0, 5);
	t.deepEqual(await flushes(0), both("EIO"));
	disk.set(0);
	t.deepEqual(await flushes(0), both("ok"));
});
