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

test("a passkey signs its owner in, with and without the account named first", async (t) => {
	const { context, jane, device, passkey } = await withPasskey(t);
	t.is(passkey.name, "my phone");
	for (const account of [jane, undefined]) {
		const { handle, options } = await loginOptions(context, account);
		const signedIn = await checkPasskey(context, { handle, response: device.get(options) });
		t.is(signedIn?.id, jane.id);
	}
	t.true((await passkeysOf(context, jane))[0]?.lastUsedAt !== undefined);
});

test("a challenge can be answered once, and only before it expires", async (t) => {
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

test("a response to another challenge, from another origin or for another account is rejected", async (t) => {
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

test("user verification is required without a password, and not required after one", async (t) => {
	const { context, jane, device } = await withPasskey(t);
	const alone = await loginOptions(context);
	const unverified = device.get(alone.options, { verifies: false });
	t.is(await checkPasskey(context, { handle: alone.handle, response: unverified }), undefined);
	const second = await loginOptions(context, jane);
	const behind = device.get(second.options, { verifies: false });
	t.is((await checkPasskey(context, { handle: second.handle, response: behind }))?.id, jane.id);
});

test("a response with a decreased signature counter is rejected", async (t) => {
	const { context, jane, device } = await withPasskey(t);
	const first = await loginOptions(context, jane);
	t.truthy(await checkPasskey(context, { handle: first.handle, response: device.get(first.options, { counter: 10 }) }));
	const second = await loginOptions(context, jane);
	const copied = device.get(second.options, { counter: 9 });
	t.is(await checkPasskey(context, { handle: second.handle, response: copied }), undefined);
});

test("a passkey can be registered once, and removed only by its owner", async (t) => {
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

test("the number of passkeys per account is limited", async (t) => {
	const { context, jane } = await withPasskey(t);
	for (let count = 1; count < 20; count++) {
		const { handle, options } = await registrationOptions(context, jane);
		await addPasskey(context, jane, { handle, response: createAuthenticator(origin).create(options) }, `key ${count}`);
	}
	await t.throwsAsync(registrationOptions(context, jane), { message: /at most 20/ });
});
