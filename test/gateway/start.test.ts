import { execFile } from "node:child_process";
import { promisify } from "node:util";
import test from "ava";

const gateway = new URL("../../src/gateway.ts", import.meta.url);

test("importing the program does not load Node's own fetch, which it never uses", async (t) => {
	const script = `await import(${JSON.stringify(gateway)}); process.stdout.write(JSON.stringify(process.moduleLoadList));`;
	const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
	const loaded = JSON.parse(stdout) as string[];
	t.true(loaded.includes("NativeModule sqlite"), "the list names what was loaded");
	t.deepEqual(
		loaded.filter((name) => name.includes("undici")),
		[],
	);
});
