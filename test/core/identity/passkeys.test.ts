import test, { type ExecutionContext } from "ava";
import {
	addPasskey,
	checkPasskey,
	loginOptions,
	passkeysOf,
	registrationOptions,
	removePasskey,
} from "#core/identity/passkeys.ts";
import { createAuthenticator } from "../../support/authenticator.ts";
import { openCore } from "../../support/core.ts";

const origin = "https://social.test";

async function withPasskey(t: ExecutionContext) {
	const core = await openCore(t);
	const { context } = core;
	const jane = await core.person("jane");
	const device = createAuthenticator(origin);
	const asked = await registrationOptions(context, jane);
	const response = device.create(asked.options);
	const passkey = await addPasskey(context, jane, { handle: asked.handle, response }, "  my phone ");
	return { core, context, jane, device, passkey, response, asked };
}

test("a passkey is added and signs its owner in, with and without a name given before", async (t) => {
	const { context, jane, device, passkey } = await withPasskey(t);
	t.is(passkey.name, "my phone");
	for (const account of [jane, undefined]) {
		const { handle, options } = await loginOptions(context, account);
		const signedIn = await checkPasskey(context, { handle, response: device.get(options) });
		t.is(signedIn?.id, jane.id);
	}
	t.true((await passkeysOf(context, jane))[0]?.lastUsedAt !== undefined);
});

test("what the browser was asked is answered once, and in time", async (t) => {
	const { core, context, jane, device, asked, response } = await withPasskey(t);
	await t.throwsAsync(addPasskey(context, jane, { handle: asked.handle, response }, "again"), { message: /newest/ });
	const first = await loginOptions(context, jane);
	const answer = device.get(first.options);
	const both = await Promise.all([1, 2].map(() => checkPasskey(context, { handle: first.handle, response: answer })));
	t.is(both.filter((account) => account !== undefined).length, 1);
	const late = await loginOptions(context, jane);
	const lateAnswer = device.get(late.options);
	core.clock.time += 5 * 60_000;
	t.is(await checkPasskey(context, { handle: late.handle, response: lateAnswer }), undefined);
});

test("an answer to another question, from another page or of another person signs nobody in", async (t) => {
	const { core, context, jane, device } = await withPasskey(t);
	const bob = await core.person("bob");
	const one = await loginOptions(context, jane);
	const other = await loginOptions(context, jane);
	t.is(await checkPasskey(context, { handle: one.handle, response: device.get(other.options) }), undefined);
	const phished = device.get(other.options, { origin: "https://social.test.evil.example" });
	t.is(await checkPasskey(context, { handle: other.handle, response: phished }), undefined);
	const asBob = await loginOptions(context, bob);
	t.is(await checkPasskey(context, { handle: asBob.handle, response: device.get(asBob.options) }), undefined);
	for (const response of [undefined, null, 1, "x", {}, { id: 1 }, { id: "x" }, device.get({})]) {
		const { handle } = await loginOptions(context);
		t.is(await checkPasskey(context, { handle, response }), undefined);
		t.is(await checkPasskey(context, { handle: "nonsense", response }), undefined);
	}
});

test("a passkey that stands alone must have verified its user; behind a password it need not", async (t) => {
	const { context, jane, device } = await withPasskey(t);
	const alone = await loginOptions(context);
	const unverified = device.get(alone.options, { verifies: false });
	t.is(await checkPasskey(context, { handle: alone.handle, response: unverified }), undefined);
	const second = await loginOptions(context, jane);
	const behind = device.get(second.options, { verifies: false });
	t.is((await checkPasskey(context, { handle: second.handle, response: behind }))?.id, jane.id);
});

test("a counter that goes back betrays a copy", async (t) => {
	const { context, jane, device } = await withPasskey(t);
	const first = await loginOptions(context, jane);
	t.truthy(await checkPasskey(context, { handle: first.handle, response: device.get(first.options, { counter: 10 }) }));
	const second = await loginOptions(context, jane);
	const copied = device.get(second.options, { counter: 9 });
	t.is(await checkPasskey(context, { handle: second.handle, response: copied }), undefined);
});

test("a passkey is somebody's once; only they remove it", async (t) => {
	const { core, context, jane, device, passkey } = await withPasskey(t);
	const bob = await core.person("bob");
	const asked = await registrationOptions(context, bob);
	const response = device.create(asked.options);
	await t.throwsAsync(addPasskey(context, jane, { handle: asked.handle, response }, "stolen"), { message: /newest/ });
	const again = await registrationOptions(context, bob);
	await t.throwsAsync(addPasskey(context, bob, { handle: again.handle, response: device.create(again.options) }, "x"), {
		message: /already registered/,
	});
	t.false(await removePasskey(context, bob, passkey.id));
	t.true(await removePasskey(context, jane, passkey.id));
	t.deepEqual(await passkeysOf(context, jane), []);
	const { handle, options } = await loginOptions(context, jane);
	t.is(await checkPasskey(context, { handle, response: device.get(options) }), undefined);
});

test("for each person there is an end of passkeys", async (t) => {
	const { context, jane } = await withPasskey(t);
	for (let count = 1; count < 20; count++) {
		const { handle, options } = await registrationOptions(context, jane);
		await addPasskey(context, jane, { handle, response: createAuthenticator(origin).create(options) }, `key ${count}`);
	}
	await t.throwsAsync(registrationOptions(context, jane), { message: /at most 20/ });
});
