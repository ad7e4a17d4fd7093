import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";

/** A new folder that is removed after the test, whatever the test leaves in it. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "causeway-"));
	t.teardown(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
	return folder;
}
