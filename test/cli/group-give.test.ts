import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import test from "ava";
import { joinGroup } from "#core/access/join-channel.ts";
import { createAccount } from "#core/accounts/create-account.ts";
import { createGroup } from "#core/groups/create-group.ts";
import { groups } from "#core/groups/group.ts";
import { replaceOwner } from "#core/groups/ownership.ts";
import { openCore, readConfig } from "../../src/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const run = promisify(execFile);
const executable = path.join(import.meta.dirname, "..", "..", "bin", "causeway.js");

test("group give makes a member the owner of an archived group, and says in one line what is wrong otherwise", async (t) => {
	const env = {
		...process.env,
		CAUSEWAY_PUBLIC_URL: "https://social.test",
		CAUSEWAY_DATA_DIR: await temporaryFolder(t),
		CAUSEWAY_LOG_LEVEL: "error",
	};
	const config = await readConfig(undefined, env);
	async function archivedGroup() {
		await using opened = await openCore(config);
		const { context } = opened;
		const owner = await createAccount(context, { handle: "olga" });
		const { group } = await createGroup(context, owner, { name: "Dev Guild" }, {});
		await joinGroup(context, group, await createAccount(context, { handle: "mia" }));
		await createAccount(context, { handle: "otto" });
		return await replaceOwner(context, group, owner);
	}
	const { id, archived } = await archivedGroup();
	t.true(archived);
	const give = (...args: readonly string[]) => run(process.execPath, [executable, "group", "give", ...args], { env });
	for (const [args, code, message] of [
		[[id], 2, /needs the id of a group/],
		[["Dev Guild", "mia"], 2, /needs the id of a group/],
		[[`${id.slice(0, -6)}000000`, "mia"], 1, /^causeway: There is no group grp_\w+$/m],
		[[id, "nora"], 1, /^causeway: There is no account nora here$/m],
		[[id, "otto"], 1, /a member of the group/],
	] as const) {
		const error = (await t.throwsAsync(give(...args))) as Error & { code: number; stderr: string };
		t.is(error.code, code, error.stderr);
		t.regex(error.stderr, message);
	}
	for (let time = 0; time < 2; time++) t.is((await give(id, "mia")).stdout, "mia@social.test owns Dev Guild\n");
	await using opened = await openCore(config);
	t.is((await opened.context.store.get(groups, id))?.doc.archived, undefined);
});
