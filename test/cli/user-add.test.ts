import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const executable = path.join(import.meta.dirname, "..", "..", "bin", "causeway.js");

test("user add prints the address of the account and a link for setting its password", async (t) => {
	const env = {
		...process.env,
		CAUSEWAY_PUBLIC_URL: "https://social.test",
		CAUSEWAY_DATA_DIR: await temporaryFolder(t),
		CAUSEWAY_LOG_LEVEL: "error",
	};
	const { stdout, stderr } = await run(process.execPath, [executable, "user", "add", "jane", "--admin"], { env });
	t.is(stdout, "jane@social.test\n");
	t.regex(
		stderr,
		/^Set the password with this link, which works once, within an hour: https:\/\/social\.test\/recover\?link=\S+$/m,
	);

	const adding = run(process.execPath, [executable, "user", "add", "joe", "--password-stdin"], { env });
	adding.child.stdin?.end("a quiet harbour\n");
	const { stdout: joe, stderr: nothing } = await adding;
	t.is(joe, "joe@social.test\n");
	t.notRegex(nothing, /recover/);
});
