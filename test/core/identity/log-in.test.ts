import test from "ava";
import { proveEmail } from "#core/accounts/email.ts";
import { createGate } from "#core/gate.ts";
import { credentials } from "#core/identity/credentials.ts";
import { logIn } from "#core/identity/log-in.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const from = "192.0.2.1";
const password = "a quiet harbour";

test("a person can log in by handle, by address and by mail address", async (t) => {
	const { context } = await openCore(t);
	const jane = await signUp(context, { handle: "jane", password, email: "jane@mail.example", from });
	t.deepEqual(await logIn(context, { name: "jane@mail.example", password, from }), { outcome: "wrong" }, "unproven");
	await proveEmail(context, jane.id, "jane@mail.example");
	for (const name of ["jane", "@jane", " Jane ", "jane@social.test", "@jane@social.test", "Jane@Mail.Example"]) {
		const known = await logIn(context, { name, password, from });
		t.is(known.outcome === "known" && known.account.id, jane.id, name);
	}
	for (const name of ["", "jan", "jane@other.test", "jane@social.test:8443", jane.id, "x".repeat(5000), "a\0b"])
		t.deepEqual(await logIn(context, { name, password, from }), { outcome: "wrong" }, name);
	t.deepEqual(await logIn(context, { name: "jane", password: "a quiet harbor", from }), { outcome: "wrong" });
});

test("a password is the same in every Unicode normalisation form", async (t) => {
	const { context } = await openCore(t);
	await signUp(context, { handle: "jane", password: "cafe\u0301 au lait noir", from });
	t.is((await logIn(context, { name: "jane", password: "caf\u00e9 au lait noir", from })).outcome, "known");
});

test("shadow accounts and accounts without a password can't log in", async (t) => {
	const core = await openCore(t);
	const chat = createFakeBridge("chat");
	const ghost = await core.shadows.of(chat.name, chat.guest("alice"));
	await core.person("bob");
	for (const name of [ghost.handle, "bob"])
		t.is((await logIn(core.context, { name, password: "", from })).outcome, "wrong", name);
});

test("an unknown name costs as many hashes as a wrong password, and is limited alike", async (t) => {
	let hashes = 0;
	const gate = createGate({ width: 2, line: 5, retryAfterSeconds: 1 });
	const hashing = {
		run: <T>(work: () => Promise<T>) => {
			hashes++;
			return gate.run(work);
		},
	};
	const { context } = await openCore(t, [], { hashing, rates: { signIn: { points: 2, seconds: 60 } } });
	await signUp(context, { handle: "jane", password, from });
	hashes = 0;
	const outcomes: unknown[] = [];
	for (const name of ["jane", "unknown"]) {
		for (let i = 0; i < 3; i++)
			outcomes.push(
				await logIn(context, { name, password: "wrong password", from }).then(
					(answer) => [answer, hashes],
					(error: Error) => [error.name, hashes],
				),
			);
		hashes = 0;
	}
	t.deepEqual(outcomes.slice(0, 3), outcomes.slice(3));
	t.deepEqual(outcomes[2], ["TooManyRequests", 2]);
	await t.throwsAsync(
		logIn(context, { name: "@jane", password, from }),
		{ name: "TooManyRequests" },
		"the limit holds for all its names",
	);
});

test("wrong passwords are limited per source address across accounts; correct ones are not counted", async (t) => {
	const { context } = await openCore(t, [], { rates: { signInAddress: { points: 3, seconds: 60 } } });
	await signUp(context, { handle: "jane", password, from });
	for (let i = 0; i < 4; i++) t.is((await logIn(context, { name: "jane", password, from })).outcome, "known");
	for (const name of ["anna", "berta", "carla"]) await logIn(context, { name, password, from: "2001:db8:0:1::1" });
	// The same /64.
	await t.throwsAsync(logIn(context, { name: "dora", password, from: "2001:db8::1:2:3:4:5" }), {
		name: "TooManyRequests",
	});
	t.is((await logIn(context, { name: "dora", password, from: "2001:db8:0:2::1" })).outcome, "wrong");
});

test("concurrent guesses are counted before they are checked", async (t) => {
	const { context } = await openCore(t, [], { rates: { signIn: { points: 3, seconds: 60 } } });
	await signUp(context, { handle: "jane", password, from });
	const tries = await Promise.allSettled(
		Array.from({ length: 10 }, () => logIn(context, { name: "jane", password: "wrong password", from })),
	);
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 3);
});

test("an attempt rejected because the hashing queue is full is not counted", async (t) => {
	let busy = false;
	const gate = createGate({ width: 1, line: 5, retryAfterSeconds: 1 });
	const closed = createGate({ width: 0, line: 0, retryAfterSeconds: 1 });
	const hashing = { run: <T>(work: () => Promise<T>) => (busy ? closed : gate).run(work) };
	const { context } = await openCore(t, [], { hashing, rates: { signIn: { points: 1, seconds: 60 } } });
	await signUp(context, { handle: "jane", password, from });
	busy = true;
	for (let i = 0; i < 3; i++)
		await t.throwsAsync(logIn(context, { name: "jane", password, from }), { name: "Unavailable" });
	busy = false;
	t.is((await logIn(context, { name: "jane", password, from })).outcome, "known");
});

test("a password hash with outdated parameters is renewed at the next log-in", async (t) => {
	const { context } = await openCore(t);
	const jane = await signUp(context, { handle: "jane", password, from });
	const stored = await context.store.get(credentials, jane.id);
	if (stored === undefined) throw new Error("jane has no password");
	const { argon2Sync } = await import("node:crypto");
	const weak = { parallelism: 1, tagLength: 32, memory: 1024, passes: 1 };
	const hash = argon2Sync("argon2id", { message: password, nonce: Buffer.from(stored.doc.salt, "base64"), ...weak });
	const old = { hash: hash.toString("base64"), memoryKiB: 1024, passes: 1, parallelism: 1, changedAt: 5 };
	await context.store.replace(credentials, jane.id, stored.rev, { ...stored.doc, ...old });
	t.is((await logIn(context, { name: "jane", password, from })).outcome, "known");
	await context.identity.background.idle(180_000);
	t.like((await context.store.get(credentials, jane.id))?.doc, {
		memoryKiB: 65_536,
		passes: 3,
		parallelism: 4,
		changedAt: 5,
	});
	t.is((await logIn(context, { name: "jane", password, from })).outcome, "known");
});

test("two hashes run at a time, others wait in a bounded queue, and a full queue rejects", async (t) => {
	const gate = createGate({ width: 2, line: 3, retryAfterSeconds: 7 });
	const done: (() => void)[] = [];
	const run = () => gate.run(() => new Promise<void>((resolve) => done.push(resolve)));
	const work = Array.from({ length: 5 }, run);
	t.is(done.length, 2);
	await t.throwsAsync(run(), { message: /Too many/ });
	for (let i = 0; i < 5; i++) {
		done[i]?.();
		await work[i];
		await Promise.resolve();
		t.true(done.length - i <= 3);
	}
	const failing = gate.run(() => Promise.reject(new Error("x")));
	await t.throwsAsync(failing);
	await gate.run(async () => t.pass());
});
