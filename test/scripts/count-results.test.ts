import test from "ava";
import { countResults } from "../../scripts/count-results.js";

test("results are counted by their marks, a crashed worker as a failure, and what tests print is not", (t) => {
	const output = [
		"",
		"  ✔ config › an empty file gives the defaults (12ms)",
		"  ✘ [fail]: store › a page goes on where it ended Error thrown in test",
		"    ℹ a test that says ✔ in its log",
		"  ✘ test/lanes.test.ts exited with a non-zero exit code: 1",
		"  ✔ log › a line is JSON",
		"  ─",
		"  1 test failed",
		"  1 uncaught exception",
	].join("\n");
	t.deepEqual(countResults(output), { passed: 2, failed: 2 });
	t.deepEqual(countResults(""), { passed: 0, failed: 0 });
});
