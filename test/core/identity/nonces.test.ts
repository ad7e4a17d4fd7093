import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import test from "ava";
import { collections } from "#core/catalogue/collections.ts";
import { isNonceUsed, nonces, useNonce } from "#core/identity/nonces.ts";
import { sweepExpired } from "#core/ports/expiry.ts";
import { openCore } from "../../support/core.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

test("of concurrent uses of a nonce, one succeeds", async (t) => {
	const { context } = await openCore(t);
	const won = await Promise.all(Array.from({ length: 20 }, () => useNonce(context, "jane@a.test", "dk_1", "n")));
	t.is(won.filter(Boolean).length, 1);
	t.true(await isNonceUsed(context, "jane@a.test", "dk_1", "n"));
});

test("a nonce is used up for one key only", async (t) => {
	const { context } = await openCore(t);
	t.true(await useNonce(context, "jane@a.test", "dk_1", "n"));
	t.true(await useNonce(context, "jane@a.test", "dk_2", "n"));
	t.true(await useNonce(context, "jane@b.test", "dk_1", "n"), "other providers can give the same key id");
});

test("two processes on one store never both succeed with a nonce", async (t) => {
	const file = path.join(await temporaryFolder(t), "shared.db");
	const wanted = Array.from({ length: 200 }, (_, i) => `nonce-${i}`);
	const script = path.join(import.meta.dirname, "using-process.ts");
	const users: ChildProcess[] = [];
	t.teardown(() => users.forEach((user) => user.kill("SIGKILL")));
	for (let i = 0; i < 2; i++) {
		const user = fork(script, [file]);
		users.push(user);
		await once(user, "message");
	}
	const answers = users.map((user) => once(user, "message"));
	for (const user of users) user.send(wanted);
	const won = (await Promise.all(answers)).flatMap(([names]) => names as string[]);
	t.deepEqual(won.toSorted(), wanted.toSorted());
});

test("a nonce is stored for longer than a request with it is valid, and then deleted", async (t) => {
	const { context, clock } = await openCore(t);
	await useNonce(context, "jane@a.test", "dk_1", "n");
	clock.time += 600_000;
	await sweepExpired(context, collections);
	t.true(await isNonceUsed(context, "jane@a.test", "dk_1", "n"));
	clock.time += 120_000;
	await sweepExpired(context, collections);
	t.is((await context.store.page(nonces, { order: "asc", limit: 10 })).length, 0);
});
