import test from "ava";
import { emailOf } from "#core/accounts/email.ts";
import { accountByHandle } from "#core/accounts/find-account.ts";
import { InvalidRequest } from "#core/errors.ts";
import { credentials, isPassword } from "#core/identity/credentials.ts";
import { addInvite, inviteState, invites } from "#core/identity/invites.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { openCore } from "../../support/core.ts";

const from = "192.0.2.1";
const wish = (handle: string, more: object = {}) => ({ handle, password: "a quiet harbour", from, ...more });

test("who signs up has an account with a password, a name and a mail address", async (t) => {
	const { world } = await openCore(t);
	const jane = await signUp(world, wish("jane", { displayName: " Jane D. ", email: "Jane@Mail.example" }));
	t.is(jane.profile.displayName, "Jane D.");
	t.true(await isPassword(world, jane.id, "a quiet harbour"));
	t.is(await emailOf(world, jane.id), "Jane@Mail.example");
	const plain = JSON.stringify(await world.store.events(jane.id, 0, 100));
	for (const hidden of ["Mail.example", "mail.example", "harbour"]) t.false(plain.includes(hidden));
});

test("every wrong field is named at once, and nothing is counted or kept", async (t) => {
	const { world } = await openCore(t);
	const wrong = { handle: "Admin", password: "short", email: "nobody", displayName: "x".repeat(101), from };
	const error = await t.throwsAsync(signUp(world, wrong), { instanceOf: InvalidRequest });
	t.deepEqual(
		(error?.extra?.errors as { field: string }[] | undefined)?.map(({ field }) => field),
		["/handle", "/password", "/email", "/displayName"],
	);
	t.is(await accountByHandle(world, "Admin", "social.test"), undefined);
});

test("a handle and a mail address belong to one account, however many want them at once", async (t) => {
	const { world } = await openCore(t);
	const tries = await Promise.allSettled([1, 2, 3].map(() => signUp(world, wish("jane"))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	const same = await Promise.allSettled(
		["anna", "berta"].map((handle) => signUp(world, wish(handle, { email: "one@mail.example" }))),
	);
	t.is(same.filter(({ status }) => status === "fulfilled").length, 1);
	await t.throwsAsync(signUp(world, wish("carla", { email: "ONE@MAIL.EXAMPLE" })), { message: /another account/ });
	t.is((await world.store.page(credentials, { order: "asc", limit: 10 })).length, 2, "refused wishes leave no hash");
});

test("a mail address that a broken-off sign-up held is free again after a minute", async (t) => {
	const { world, clock } = await openCore(t);
	const log = { append: async () => Promise.reject(new Error("the power went")) };
	await t.throwsAsync(signUp({ ...world, log }, wish("jane", { email: "jane@mail.example" })), { message: /power/ });
	await t.throwsAsync(signUp(world, wish("jane", { email: "jane@mail.example" })), { message: /another account/ });
	clock.time += 61_000;
	t.is(
		await emailOf(world, (await signUp(world, wish("jane", { email: "jane@mail.example" }))).id),
		"jane@mail.example",
	);
});

test("an invitation that a broken-off sign-up took can be used again after a minute, and no oftener than before", async (t) => {
	const { world, clock } = await openCore(t, [], { registration: { mode: "invite" } });
	const invite = await addInvite(world, { uses: 2 });
	await signUp(world, wish("anna", { invite }));
	// As when the process is killed: nothing behind it is done, the giving back neither.
	const killed = Promise.withResolvers<void>();
	const append = (): Promise<never> => {
		killed.resolve();
		return new Promise(() => {});
	};
	void signUp({ ...world, log: { append } }, wish("jane", { invite }));
	await killed.promise;
	t.is(await inviteState(world, invite), "invalid");
	await t.throwsAsync(signUp(world, wish("jane", { invite })), { message: /invitation/ });
	clock.time += 61_000;
	t.is(await inviteState(world, invite), "valid");
	const tries = await Promise.allSettled(["jane", "kim", "lea"].map((it) => signUp(world, wish(it, { invite }))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	clock.time += 61_000;
	t.is(await inviteState(world, invite), "invalid");
});

test("by invitation: so many accounts as it has uses, and none without one", async (t) => {
	const { world, clock } = await openCore(t, [], { registration: { mode: "invite" } });
	await t.throwsAsync(signUp(world, wish("jane")), { message: /invitation/ });
	await t.throwsAsync(signUp(world, wish("jane", { invite: "cwi_wrong" })), { message: /invitation/ });
	const invite = await addInvite(world, { uses: 2 });
	await signUp(world, wish("jane", { invite }));
	await t.throwsAsync(signUp(world, wish("jane", { invite })), { message: /taken/ });
	t.is(await inviteState(world, invite), "valid", "what came to nothing is given back");
	const tries = await Promise.allSettled(["a", "b", "c"].map((handle) => signUp(world, wish(handle, { invite }))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	t.is(await inviteState(world, invite), "invalid");
	const late = await addInvite(world, { expiresAt: clock.time + 1000 });
	clock.time += 1000;
	t.is(await inviteState(world, late), "invalid");
	t.false(JSON.stringify(await world.store.page(invites, { order: "asc", limit: 10 })).includes(invite));
});

test("where registration is closed nobody signs up, invited or not", async (t) => {
	const { world } = await openCore(t, [], { registration: { mode: "closed" } });
	const invite = await addInvite(world);
	const error = await t.throwsAsync(signUp(world, wish("jane", { invite })));
	t.like(error, { errorCode: "registration_closed" });
});

test("so many accounts from one address, and no more; a taken handle is not one of them", async (t) => {
	const { world } = await openCore(t, [], { rates: { signUp: { points: 2, seconds: 60 } } });
	await signUp(world, wish("anna"));
	for (let i = 0; i < 3; i++) await t.throwsAsync(signUp(world, wish("anna")), { message: /taken/ });
	await signUp(world, wish("berta"));
	await t.throwsAsync(signUp(world, wish("carla")), { name: "TooManyRequests" });
	await signUp(world, { ...wish("carla"), from: "192.0.2.2" });
	t.pass();
});
