import { EventEmitter, once } from "node:events";
import test, { type ExecutionContext } from "ava";
import { setEmail } from "#core/accounts/email.ts";
import { principalOf } from "#core/federation/principals.ts";
import { createGate } from "#core/gate.ts";
import { changePassword } from "#core/identity/change-password.ts";
import { registerDeviceKey } from "#core/identity/device-keys.ts";
import { logIn } from "#core/identity/log-in.ts";
import { askRecovery, recover, recoveries, recoveryLink, recoveryState } from "#core/identity/recovery.ts";
import { endSession, sessionsOf } from "#core/identity/sessions.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { addToken } from "#core/identity/tokens.ts";
import type { Mail } from "#core/ports/mail.ts";
import { openCore } from "../../support/core.ts";
import { newKeyPair } from "../../support/device.ts";

const from = "192.0.2.1";
const [old, next] = ["a quiet harbour", "a louder harbour"];

async function withJane(t: ExecutionContext, options: Parameters<typeof openCore>[2] = {}) {
	const letters: Mail[] = [];
	const core = await openCore(t, [], { letters, ...options });
	const { world } = core;
	const jane = await signUp(world, { handle: "jane", password: old, email: "jane@mail.example", from });
	await addToken(world, { account: jane.id, scopes: ["ofscp"], name: "my script" });
	const [token] = await sessionsOf(world, jane);
	const asked = { account: jane, scopes: ["ofscp"], credential: token?.id ?? "" };
	await registerDeviceKey(world, asked, { publicKey: newKeyPair().publicKey, name: "my phone" });
	const kinds = async () => (await sessionsOf(world, jane)).map(({ kind }) => kind).sort();
	const secretIn = (text: string): string => new URL(/https:\S+/.exec(text)?.[0] ?? "").searchParams.get("link") ?? "";
	return { core, world, letters, jane, kinds, secretIn };
}

test("a link comes by mail, sets a new password once, and ends what was signed in", async (t) => {
	const { world, letters, jane, kinds, secretIn } = await withJane(t);
	t.deepEqual(await kinds(), ["device", "token"]);
	await askRecovery(world, { name: "jane", from });
	await world.identity.background.idle();
	t.is(letters.length, 1);
	t.like(letters[0], { to: "jane@mail.example" });
	const secret = secretIn(letters[0]?.text ?? "");
	t.is((await recoveryState(world, secret))?.id, jane.id);
	await t.throwsAsync(recover(world, secret, "short"), { message: /at least 10/ });
	const both = await Promise.allSettled([next, "a third harbour"].map((password) => recover(world, secret, password)));
	t.is(both.filter(({ status }) => status === "fulfilled").length, 1);
	t.is(await recoveryState(world, secret), undefined);
	await t.throwsAsync(recover(world, secret, next), { name: "NotFound" });
	t.is((await logIn(world, { name: "jane", password: old, from })).outcome, "wrong");
	t.deepEqual(await kinds(), ["token"], "tokens for programs stay, to be looked through");
});

test("a link that went to an address which is not theirs any more is good for nothing", async (t) => {
	const { world, letters, jane, secretIn } = await withJane(t);
	await askRecovery(world, { name: "jane", from });
	await world.identity.background.idle();
	const secret = secretIn(letters[0]?.text ?? "");
	const operators = secretIn(await recoveryLink(world, jane));
	await setEmail(world, jane.id, "jane@elsewhere.example");
	t.is(await recoveryState(world, secret), undefined);
	await t.throwsAsync(recover(world, secret, next), { name: "NotFound" });
	await setEmail(world, jane.id, undefined);
	t.is(await recoveryState(world, secret), undefined);
	t.is((await recoveryState(world, operators))?.id, jane.id, "the operator's link was sent nowhere");
	t.false(JSON.stringify(await world.store.page(recoveries, { order: "asc", limit: 10 })).includes("mail.example"));
});

test("nobody learns from the question who has an account or a mail address", async (t) => {
	const { core, world, letters } = await withJane(t);
	await core.person("bob");
	for (const name of ["bob", "nobody", "nobody@mail.example", "", "\n"])
		t.is(await askRecovery(world, { name, from }), undefined);
	await world.identity.background.idle();
	t.deepEqual(letters, []);
	t.deepEqual(await world.store.page(recoveries, { order: "asc", limit: 10 }), []);
});

test("links are limited alike for who exists and who does not", async (t) => {
	const { world } = await withJane(t, { rates: { recovery: { points: 1, seconds: 60 } } });
	for (const name of ["jane", "nobody"]) {
		await askRecovery(world, { name, from });
		await t.throwsAsync(askRecovery(world, { name, from }), { name: "TooManyRequests" }, name);
	}
});

test("without a mail server the question is answered alike, and the operator's link works", async (t) => {
	const send = () => Promise.reject(new Error("no mail server"));
	const { world, jane, secretIn } = await withJane(t, { mail: { enabled: false, send } });
	await askRecovery(world, { name: "jane", from });
	await recover(world, secretIn(await recoveryLink(world, jane)), next);
	t.is((await logIn(world, { name: "jane", password: next, from })).outcome, "known");
});

test("a link ends after an hour, and with the next change of the password", async (t) => {
	const { core, world, jane, secretIn } = await withJane(t);
	const late = secretIn(await recoveryLink(world, jane));
	t.false(JSON.stringify(await world.store.page(recoveries, { order: "asc", limit: 10 })).includes(late));
	core.clock.time += 3_600_000;
	await t.throwsAsync(recover(world, late, next), { name: "NotFound" });
	const other = secretIn(await recoveryLink(world, jane));
	await changePassword(world, jane, { current: old, next, from });
	t.is(await recoveryState(world, other), undefined);
});

test("changing the password asks for the present one, keeps the session that asks, and ends the others", async (t) => {
	const { world, jane, kinds } = await withJane(t);
	await t.throwsAsync(changePassword(world, jane, { current: next, next, from }), { message: /not your password/ });
	const weak = changePassword(world, jane, { current: old, next: "jane@mail.example", from });
	t.deepEqual((await t.throwsAsync(weak))?.message.split(":")[0], "/next");
	const device = (await sessionsOf(world, jane)).find(({ kind }) => kind === "device");
	await changePassword(world, jane, {
		current: old,
		next,
		from,
		...(device === undefined ? {} : { session: device.id }),
	});
	t.deepEqual(await kinds(), ["device", "token"]);
	await changePassword(world, jane, { current: next, next: old, from });
	t.deepEqual(await kinds(), ["token"]);
});

test("a session that is ended stands for nobody; nobody ends another's", async (t) => {
	const { core, world, jane } = await withJane(t);
	const bob = await core.person("bob");
	for (const { id, kind } of await sessionsOf(world, jane)) {
		const credential = kind === "device" ? `device:${id}` : id;
		t.false(await endSession(world, bob, id));
		t.truthy(await principalOf(world, credential), kind);
		t.true(await endSession(world, jane, id));
		t.is(await principalOf(world, credential), undefined, kind);
		t.false(await endSession(world, jane, id));
	}
	t.deepEqual(await sessionsOf(world, jane), []);
});

test("a new password lets nobody in who was waiting for the old one to be checked", async (t) => {
	const gate = createGate({ width: 1, line: 50, retryAfterSeconds: 1 });
	const hashes = new EventEmitter();
	const run: typeof gate.run = (work) => {
		hashes.emit("asked");
		return gate.run(work);
	};
	const { core, world, jane, secretIn } = await withJane(t, { hashing: { run } });
	core.clock.time += 1000;
	const asked = once(hashes, "asked");
	const recovered = recover(world, secretIn(await recoveryLink(world, jane)), next);
	await asked;
	const tries = Array.from({ length: 3 }, () => logIn(world, { name: "jane", password: old, from }));
	await recovered;
	t.deepEqual(await Promise.all(tries), Array(3).fill({ outcome: "wrong" }));
	t.is((await logIn(world, { name: "jane", password: next, from })).outcome, "known");
});
