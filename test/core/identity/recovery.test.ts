import { EventEmitter, once } from "node:events";
import test, { type ExecutionContext } from "ava";
import { giveEmail, proveEmail } from "#core/accounts/email.ts";
import { principalOf } from "#core/federation/principals.ts";
import { createGate } from "#core/gate.ts";
import { addBootstrapToken, bootstrapCredential } from "#core/identity/bootstrap-tokens.ts";
import { changePassword } from "#core/identity/change-password.ts";
import { registerDeviceKey } from "#core/identity/device-keys.ts";
import { logIn } from "#core/identity/log-in.ts";
import { recoveries } from "#core/identity/recoveries.ts";
import { askRecovery, recover, recoveryLink, recoveryState } from "#core/identity/recovery.ts";
import { endSession, sessionsOf } from "#core/identity/sessions.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { addToken } from "#core/identity/tokens.ts";
import type { Mail } from "#core/ports/mail.ts";
import { openCore } from "../../support/core.ts";
import { newKeyPair } from "../../support/device.ts";

const from = "192.0.2.1";
const [old, next] = ["a quiet harbour", "a louder harbour"];

async function withJane(t: ExecutionContext, options: Parameters<typeof openCore>[2] = {}) {
	const mails: Mail[] = [];
	const core = await openCore(t, [], { mails, ...options });
	const { context } = core;
	const jane = await signUp(context, { handle: "jane", password: old, email: "jane@mail.example", from });
	await context.identity.background.idle(180_000);
	mails.length = 0;
	await proveEmail(context, jane.id, "jane@mail.example");
	await addToken(context, { account: jane.id, scopes: ["ofscp"], name: "my script" });
	const asked = await principalOf(context, bootstrapCredential(await addBootstrapToken(context, jane.id)) ?? "");
	if (asked === undefined) throw new Error("The bootstrap token is not valid");
	await registerDeviceKey(context, asked, { publicKey: newKeyPair().publicKey, name: "my phone" });
	const kinds = async () => (await sessionsOf(context, jane)).map(({ kind }) => kind).sort();
	const secretIn = (text: string): string => new URL(/https:\S+/.exec(text)?.[0] ?? "").searchParams.get("link") ?? "";
	return { core, context, mails, jane, kinds, secretIn };
}

test("a recovery link from a mail sets a new password once and ends the account's sessions", async (t) => {
	const { context, mails, jane, kinds, secretIn } = await withJane(t);
	t.deepEqual(await kinds(), ["device", "token"]);
	await askRecovery(context, { name: "jane", from });
	await context.identity.background.idle(180_000);
	t.is(mails.length, 1);
	t.like(mails[0], { to: "jane@mail.example" });
	const secret = secretIn(mails[0]?.text ?? "");
	t.is((await recoveryState(context, secret))?.id, jane.id);
	await t.throwsAsync(recover(context, secret, "short"), { message: /at least 10/ });
	const both = await Promise.allSettled(
		[next, "a third harbour"].map((password) => recover(context, secret, password)),
	);
	t.is(both.filter(({ status }) => status === "fulfilled").length, 1);
	t.is(await recoveryState(context, secret), undefined);
	await t.throwsAsync(recover(context, secret, next), { name: "NotFound" });
	t.is((await logIn(context, { name: "jane", password: old, from })).outcome, "wrong");
	t.deepEqual(await kinds(), ["token"], "personal access tokens stay");
});

test("of two redemptions of one link at the same moment, one sets the password", async (t) => {
	const { context, jane, secretIn } = await withJane(t);
	const secret = secretIn(await recoveryLink(context, jane));
	// Both read the link before either goes on, twice: to see whose it is, and before it is used up.
	const { store } = context;
	let reads = 0;
	const rounds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	const get: typeof store.get = async (collection, id) => {
		const found = await store.get(collection, id);
		if ((collection as { name: string }).name !== recoveries.name) return found;
		const round = rounds[Math.floor(reads++ / 2)];
		if (reads % 2 === 0) round?.resolve();
		await round?.promise;
		return found;
	};
	const meeting = { ...context, store: { ...store, get } };
	const words = [next, "a third harbour"];
	const tries = await Promise.allSettled(words.map((word) => recover(meeting, secret, word)));
	t.is(reads, 4, "both have read the link twice");
	t.deepEqual(tries.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
	for (const [i, word] of words.entries()) {
		const { outcome } = await logIn(context, { name: "jane", password: word, from });
		t.is(outcome, tries[i]?.status === "fulfilled" ? "known" : "wrong", word);
	}
});

test("a link that was mailed to a former address is invalid", async (t) => {
	const { context, mails, jane, secretIn } = await withJane(t);
	await askRecovery(context, { name: "jane", from });
	await context.identity.background.idle(180_000);
	const secret = secretIn(mails[0]?.text ?? "");
	const operators = secretIn(await recoveryLink(context, jane));
	await giveEmail(context, jane.id, "jane@elsewhere.example");
	t.is((await recoveryState(context, secret))?.id, jane.id, "the new address does not count yet");
	await proveEmail(context, jane.id, "jane@elsewhere.example");
	t.is(await recoveryState(context, secret), undefined);
	await t.throwsAsync(recover(context, secret, next), { name: "NotFound" });
	await giveEmail(context, jane.id, undefined);
	t.is(await recoveryState(context, secret), undefined);
	t.is((await recoveryState(context, operators))?.id, jane.id, "the operator's link was sent nowhere");
	t.false(JSON.stringify(await context.store.page(recoveries, { order: "asc", limit: 10 })).includes("mail.example"));
});

test("a recovery request does not reveal whether an account or a mail address exists", async (t) => {
	const { core, context, mails } = await withJane(t);
	await core.person("bob");
	for (const name of ["bob", "unknown", "unknown@mail.example", "", "\n"])
		t.is(await askRecovery(context, { name, from }), undefined);
	await context.identity.background.idle(180_000);
	t.deepEqual(mails, []);
	t.deepEqual(await context.store.page(recoveries, { order: "asc", limit: 10 }), []);
});

test("recovery requests are limited alike for known and unknown names", async (t) => {
	const { context } = await withJane(t, { rates: { recovery: { points: 1, seconds: 60 } } });
	for (const name of ["jane", "unknown"]) {
		await askRecovery(context, { name, from });
		await t.throwsAsync(askRecovery(context, { name, from }), { name: "TooManyRequests" }, name);
	}
});

test("without a mail server a recovery request is answered alike, and a link from the operator works", async (t) => {
	const send = () => Promise.reject(new Error("no mail server"));
	const { context, jane, secretIn } = await withJane(t, { mail: { enabled: false, send } });
	await askRecovery(context, { name: "jane", from });
	await recover(context, secretIn(await recoveryLink(context, jane)), next);
	t.is((await logIn(context, { name: "jane", password: next, from })).outcome, "known");
});

test("a link is invalid after an hour and after a change of the password", async (t) => {
	const { core, context, jane, secretIn } = await withJane(t);
	const late = secretIn(await recoveryLink(context, jane));
	t.false(JSON.stringify(await context.store.page(recoveries, { order: "asc", limit: 10 })).includes(late));
	core.clock.time += 3_600_000;
	await t.throwsAsync(recover(context, late, next), { name: "NotFound" });
	const other = secretIn(await recoveryLink(context, jane));
	await changePassword(context, jane, { current: old, next, from });
	t.is(await recoveryState(context, other), undefined);
});

test("changing the password requires the current one and ends all sessions but the one that changes it", async (t) => {
	const { context, jane, kinds } = await withJane(t);
	await t.throwsAsync(changePassword(context, jane, { current: next, next, from }), { message: /not your password/ });
	const weak = changePassword(context, jane, { current: old, next: "jane@mail.example", from });
	t.deepEqual((await t.throwsAsync(weak))?.message.split(":")[0], "/next");
	const device = (await sessionsOf(context, jane)).find(({ kind }) => kind === "device");
	await changePassword(context, jane, {
		current: old,
		next,
		from,
		...(device === undefined ? {} : { session: device.id }),
	});
	t.deepEqual(await kinds(), ["device", "token"]);
	await changePassword(context, jane, { current: next, next: old, from });
	t.deepEqual(await kinds(), ["token"]);
});

test("an ended session is invalid, and only its owner can end a session", async (t) => {
	const { core, context, jane } = await withJane(t);
	const bob = await core.person("bob");
	for (const { id, kind } of await sessionsOf(context, jane)) {
		const credential = kind === "device" ? `device:${id}` : id;
		t.false(await endSession(context, bob, id));
		t.truthy(await principalOf(context, credential), kind);
		t.true(await endSession(context, jane, id));
		t.is(await principalOf(context, credential), undefined, kind);
		t.false(await endSession(context, jane, id));
	}
	t.deepEqual(await sessionsOf(context, jane), []);
});

test("a log-in with the old password that is waiting when the password changes is rejected", async (t) => {
	const gate = createGate({ width: 1, line: 50, retryAfterSeconds: 1 });
	const hashes = new EventEmitter();
	/** What the next hashes wait for in the queue. */
	let before: Promise<unknown> = Promise.resolve();
	const run: typeof gate.run = async (work) => {
		hashes.emit("asked");
		await before;
		return gate.run(work);
	};
	const { core, context, jane, secretIn } = await withJane(t, { hashing: { run } });
	core.clock.time += 1000;
	const asked = once(hashes, "asked");
	const recovered = recover(context, secretIn(await recoveryLink(context, jane)), next);
	await asked;
	before = recovered;
	const tries = Array.from({ length: 3 }, () => logIn(context, { name: "jane", password: old, from }));
	await recovered;
	t.deepEqual(await Promise.all(tries), Array(3).fill({ outcome: "wrong" }));
	t.is((await logIn(context, { name: "jane", password: next, from })).outcome, "known");
});
