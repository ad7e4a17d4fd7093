import test from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { findAccount } from "#core/accounts/find-account.ts";
import { handleFault } from "#core/accounts/handles.ts";
import { authenticate } from "#core/federation/principals.ts";
import { isPassword, setPassword } from "#core/identity/credentials.ts";
import { addToken } from "#core/identity/tokens.ts";
import { addressOf } from "#core/model/account.ts";
import { openCore } from "../support/core.ts";
import { createFakeBridge } from "../support/fake-bridge.ts";

test("of concurrent requests for one handle, only one succeeds", async (t) => {
	const core = await openCore(t);
	const tries = await Promise.allSettled(
		Array.from({ length: 10 }, () => createAccount(core.context, { handle: "jane" })),
	);
	t.is(tries.filter((result) => result.status === "fulfilled").length, 1);
	t.is(addressOf((await findAccount(core.context, "@jane")) as never), "jane@social.test");
	const { id } = (await findAccount(core.context, "jane")) as { id: string };
	for (const name of [id, `${id}@social.test`, `@${id}@SOCIAL.test`])
		t.is((await findAccount(core.context, name))?.handle, "jane", name);
	t.is(await findAccount(core.context, `${id}@elsewhere.test`), undefined);
});

test("malformed, reserved and misleading handles are rejected", (t) => {
	for (const handle of ["", "Jane", "a b", "_matrix_x", "usr_1", "jane.", "admin", "a".repeat(33), "jané"])
		t.truthy(handleFault(handle), handle);
	for (const handle of ["jane", "a", "j.doe-2_x", "a".repeat(32)]) t.is(handleFault(handle), undefined, handle);
});

test("a remote person gets one shadow account, and two remote persons with one name get different handles", async (t) => {
	const core = await openCore(t);
	const chat = createFakeBridge("chat");
	const [alice, other] = [chat.guest("alice"), { ...chat.guest("alice"), id: "@alice:elsewhere" }];
	const shadows = await Promise.all(
		[alice, alice, { ...alice }, other].map((person) => core.shadows.of(chat.name, person)),
	);
	t.is(new Set(shadows.slice(0, 3).map((account) => account.id)).size, 1);
	t.deepEqual([...new Set(shadows.map((account) => account.handle))].sort(), ["_chat_alice", "_chat_alice_2"]);
});

test("a shadow account takes the newest profile of its person", async (t) => {
	const core = await openCore(t);
	const chat = createFakeBridge("chat");
	const alice = chat.guest("alice");
	await core.shadows.of(chat.name, alice);
	const renamed = await core.shadows.of(chat.name, { ...alice, profile: { displayName: "Alice L." } });
	t.is(renamed.profile.displayName, "Alice L.");
});

test("a token authenticates its account, is not stored in plain text, and a wrong token authenticates no account", async (t) => {
	const core = await openCore(t);
	const jane = await core.person("jane");
	const secret = await addToken(core.context, { account: jane.id, scopes: ["ofscp"], name: "test" });
	const principal = await authenticate(core.context, secret);
	t.is(principal?.account.id, jane.id);
	t.not(principal?.credential, secret);
	for (const wrong of ["", "cwy_", `${secret}x`, secret.slice(0, -1), "cwy_".padEnd(5000, "a")])
		t.is(await authenticate(core.context, wrong), undefined);
});

test("only the current password is accepted, and a short one can't be set", async (t) => {
	const core = await openCore(t);
	const jane = await core.person("jane");
	await t.throwsAsync(setPassword(core.context, jane.id, "short"), { message: /at least 10/ });
	await setPassword(core.context, jane.id, "correct horse battery");
	t.true(await isPassword(core.context, jane.id, "correct horse battery"));
	t.false(await isPassword(core.context, jane.id, "correct horse batterz"));
	await setPassword(core.context, jane.id, "another long password");
	t.false(await isPassword(core.context, jane.id, "correct horse battery"));
});
