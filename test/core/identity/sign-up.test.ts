import test from "ava";
import { emailOf } from "#core/accounts/email.ts";
import { accountByHandle } from "#core/accounts/find-account.ts";
import { InvalidRequest } from "#core/errors.ts";
import { credentials, isPassword } from "#core/identity/credentials.ts";
import { addInvite, inviteState, invites } from "#core/identity/invites.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { openCore } from "../../support/core.ts";

const from = "192.0.2.1";
const form = (handle: string, more: object = {}) => ({ handle, password: "a quiet harbour", from, ...more });

test("signing up creates an account with a password, a name and a mail address", async (t) => {
	const { world } = await openCore(t);
	const jane = await signUp(world, form("jane", { displayName: " Jane D. ", email: "Jane@Mail.example" }));
	t.is(jane.profile.displayName, "Jane D.");
	t.true(await isPassword(world, jane.id, "a quiet harbour"));
	t.is(await emailOf(world, jane.id), "Jane@Mail.example");
	const plain = JSON.stringify(await world.store.events(jane.id, 0, 100));
	for (const hidden of ["Mail.example", "mail.example", "harbour"]) t.false(plain.includes(hidden));
});

test("all invalid fields are reported at once, and no account is created", async (t) => {
	const { world } = await openCore(t);
	const wrong = { handle: "Admin", password: "short", email: "not-an-address", displayName: "x".repeat(101), from };
	const error = await t.throwsAsync(signUp(world, wrong), { instanceOf: InvalidRequest });
	t.deepEqual(
		(error?.extra?.errors as { field: string }[] | undefined)?.map(({ field }) => field),
		["/handle", "/password", "/email", "/displayName"],
	);
	t.is(await accountByHandle(world, "Admin", "social.test"), undefined);
});

test("of concurrent sign-ups with one handle or one mail address, one succeeds", async (t) => {
	const { world } = await openCore(t);
	const tries = await Promise.allSettled([1, 2, 3].map(() => signUp(world, form("jane"))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	const same = await Promise.allSettled(
		["anna", "berta"].map((handle) => signUp(world, form(handle, { email: "one@mail.example" }))),
	);
	t.is(same.filter(({ status }) => status === "fulfilled").length, 1);
	await t.throwsAsync(signUp(world, form("carla", { email: "ONE@MAIL.EXAMPLE" })), { message: /another account/ });
	t.is(
		(await world.store.page(credentials, { order: "asc", limit: 10 })).length,
		2,
		"rejected sign-ups store no password",
	);
});

test("a mail address that an interrupted sign-up reserved is free again after a minute", async (t) => {
	const { world, clock } = await openCore(t);
	const log = { append: async () => Promise.reject(new Error("the power went")) };
	await t.throwsAsync(signUp({ ...world, log }, form("jane", { email: "jane@mail.example" })), { message: /power/ });
	await t.throwsAsync(signUp(world, form("jane", { email: "jane@mail.example" })), { message: /another account/ });
	clock.time += 61_000;
	t.is(
		await emailOf(world, (await signUp(world, form("jane", { email: "jane@mail.example" }))).id),
		"jane@mail.example",
	);
});

test("an invitation that an interrupted sign-up redeemed can be used again after a minute, without exceeding its uses", async (t) => {
	const { world, clock } = await openCore(t, [], { registration: { mode: "invite" } });
	const invite = await addInvite(world, { uses: 2 });
	await signUp(world, form("anna", { invite }));
	// As if the process were killed: nothing after this is done, not even the release of the invitation.
	const killed = Promise.withResolvers<void>();
	const append = (): Promise<never> => {
		killed.resolve();
		return new Promise(() => {});
	};
	void signUp({ ...world, log: { append } }, form("jane", { invite }));
	await killed.promise;
	t.is(await inviteState(world, invite), "invalid");
	await t.throwsAsync(signUp(world, form("jane", { invite })), { message: /invitation/ });
	clock.time += 61_000;
	t.is(await inviteState(world, invite), "valid");
	const tries = await Promise.allSettled(["jane", "kim", "lea"].map((it) => signUp(world, form(it, { invite }))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	clock.time += 61_000;
	t.is(await inviteState(world, invite), "invalid");
});

test("an invitation allows as many accounts as it has uses, and no account is created without one", async (t) => {
	const { world, clock } = await openCore(t, [], { registration: { mode: "invite" } });
	await t.throwsAsync(signUp(world, form("jane")), { message: /invitation/ });
	await t.throwsAsync(signUp(world, form("jane", { invite: "cwi_wrong" })), { message: /invitation/ });
	const invite = await addInvite(world, { uses: 2 });
	await signUp(world, form("jane", { invite }));
	await t.throwsAsync(signUp(world, form("jane", { invite })), { message: /taken/ });
	t.is(await inviteState(world, invite), "valid", "a failed sign-up releases its use");
	const tries = await Promise.allSettled(["a", "b", "c"].map((handle) => signUp(world, form(handle, { invite }))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	t.is(await inviteState(world, invite), "invalid");
	const late = await addInvite(world, { expiresAt: clock.time + 1000 });
	clock.time += 1000;
	t.is(await inviteState(world, late), "invalid");
	t.false(JSON.stringify(await world.store.page(invites, { order: "asc", limit: 10 })).includes(invite));
});

test("while registration is closed, signing up fails even with an invitation", async (t) => {
	const { world } = await openCore(t, [], { registration: { mode: "closed" } });
	const invite = await addInvite(world);
	const error = await t.throwsAsync(signUp(world, form("jane", { invite })));
	t.like(error, { errorCode: "registration_closed" });
});

test("the number of accounts per source address is limited; failed sign-ups are not counted", async (t) => {
	const { world } = await openCore(t, [], { rates: { signUp: { points: 2, seconds: 60 } } });
	await signUp(world, form("anna"));
	for (let i = 0; i < 3; i++) await t.throwsAsync(signUp(world, form("anna")), { message: /taken/ });
	await signUp(world, form("berta"));
	await t.throwsAsync(signUp(world, form("carla")), { name: "TooManyRequests" });
	await signUp(world, { ...form("carla"), from: "192.0.2.2" });
	t.pass();
});
