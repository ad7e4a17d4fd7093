import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import test, { type ExecutionContext } from "ava";
import { slowDisk } from "../support/slow-disk.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Runs a scenario of `flushing-process.ts` on a disk of its own. */
async function run(t: ExecutionContext, scenario: string): Promise<unknown> {
	const folder = await temporaryFolder(t);
	const args = [path.join(import.meta.dirname, "flushing-process.ts"), scenario, path.join(folder, "store.db")];
	const env = { ...process.env, ...slowDisk(folder).env };
	const { stdout } = await promisify(execFile)(process.execPath, args, { env });
	return JSON.parse(stdout);
}

const firstOnly = { head: 1, events: 1, event: false, byKey: false, owed: 1, message: false, notes: 1, page: 1 };
const both = { head: 2, events: 2, event: true, byKey: true, owed: 2, message: true, notes: 2, page: 2 };

test("while a commit is flushed, reads are answered from the state that is durable, and then from the new one", async (t) => {
	t.deepEqual(await run(t, "reads during a flush"), {
		during: { ...firstOnly, write: "waiting" },
		after: { ...both, write: "done" },
	});
});

test("the writes that arrive during a flush wait for it, and share the next transaction", async (t) => {
	t.deepEqual(await run(t, "writes during a flush"), {
		during: { commits: 1, committed: 1 },
		after: { commits: 2, committed: 101 },
	});
});

test("a commit that can't be flushed is not acknowledged nor seen, until it has been written and flushed again", async (t) => {
	t.deepEqual(await run(t, "a flush fails"), {
		broken: { second: "StoreUnavailable", third: "StoreUnavailable", head: 1 },
		mended: { again: ["duplicate", "appended"], head: 3 },
	});
});

test("a repeated request does not wait for the disk", async (t) => {
	t.is(await run(t, "a commit that changes nothing"), "duplicate");
});

test("a checkpoint waits for the disk on a thread of its own, and the log begins anew although it is written all the time", async (t) => {
	t.deepEqual(await run(t, "a checkpoint"), { head: true, write: "waiting", isDone: false });
});

test("if the thread of a checkpoint dies, nothing is lost, and the log begins anew at a later checkpoint", async (t) => {
	t.deepEqual(await run(t, "the thread of a checkpoint dies"), { started: true, complete: true });
});
