import test from "ava";
import { emailsOf } from "#core/accounts/email.ts";
import { accountByHandle } from "#core/accounts/find-account.ts";
import { InvalidRequest } from "#core/errors.ts";
import { credentials, isPassword } from "#core/identity/credentials.ts";
import { addInvite, inviteState, invites } from "#core/identity/invites.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { openCore } from "../../support/core.ts";

const from = "192.0.2.1";
const form = (handle: string, more: object = {}) => ({ handle, password: "a quiet harbour", from, ...more });

test("signing up creates an account with a password, a name and a mail address", async (t) => {
	const { context } = await openCore(t);
	const jane = await signUp(context, form("jane", { displayName: " Jane D. ", email: "Jane@Mail.example" }));
	t.is(jane.profile.displayName, "Jane D.");
	t.true(await isPassword(context, jane.id, "a quiet harbour"));
	t.deepEqual(await emailsOf(context, jane.id), { given: "Jane@Mail.example" });
	const plain = JSON.stringify(await context.store.events(jane.id, 0, 100));
	for (const hidden of ["Mail.example", "mail.example", "harbour"]) t.false(plain.includes(hidden));
});

test("all invalid fields are reported at once, and no account is created", async (t) => {
	const { context } = await openCore(t);
	const wrong = { handle: "Admin", password: "short", email: "not-an-address", displayName: "x".repeat(101), from };
	const error = await t.throwsAsync(signUp(context, wrong), { instanceOf: InvalidRequest });
	t.deepEqual(
		(error?.extra?.errors as { field: string }[] | undefined)?.map(({ field }) => field),
		["/handle", "/password", "/email", "/displayName"],
	);
	t.is(await accountByHandle(context, "Admin", "social.test"), undefined);
});

test("of concurrent sign-ups with one handle, one succeeds", async (t) => {
	const { context } = await openCore(t);
	const tries = await Promise.allSettled([1, 2, 3].map(() => signUp(context, form("jane"))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	const stored = await context.store.page(credentials, { order: "asc", limit: 10 });
	t.is(stored.length, 1, "rejected sign-ups store no password");
});

test("an invitation that an interrupted sign-up redeemed can be used again after a minute, without exceeding its uses", async (t) => {
	const { context, clock } = await openCore(t, [], { registration: { mode: "invite" } });
	const invite = await addInvite(context, { uses: 2 });
	await signUp(context, form("anna", { invite }));
	// As if the process were killed: nothing after this is done, not even the release of the invitation.
	const killed = Promise.withResolvers<void>();
	const append = (): Promise<never> => {
		killed.resolve();
		return new Promise(() => {});
	};
	void signUp({ ...context, log: { append } }, form("jane", { invite }));
	await killed.promise;
	t.is(await inviteState(context, invite), "invalid");
	await t.throwsAsync(signUp(context, form("jane", { invite })), { message: /invitation/ });
	clock.time += 61_000;
	t.is(await inviteState(context, invite), "valid");
	const tries = await Promise.allSettled(["jane", "kim", "lea"].map((it) => signUp(context, form(it, { invite }))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	clock.time += 61_000;
	t.is(await inviteState(context, invite), "invalid");
});

test("an invitation allows as many accounts as it has uses, and no account is created without one", async (t) => {
	const { context, clock } = await openCore(t, [], { registration: { mode: "invite" } });
	await t.throwsAsync(signUp(context, form("jane")), { message: /invitation/ });
	await t.throwsAsync(signUp(context, form("jane", { invite: "cwi_wrong" })), { message: /invitation/ });
	const invite = await addInvite(context, { uses: 2 });
	await signUp(context, form("jane", { invite }));
	await t.throwsAsync(signUp(context, form("jane", { invite })), { message: /taken/ });
	t.is(await inviteState(context, invite), "valid", "a failed sign-up releases its use");
	const tries = await Promise.allSettled(["a", "b", "c"].map((handle) => signUp(context, form(handle, { invite }))));
	t.is(tries.filter(({ status }) => status === "fulfilled").length, 1);
	t.is(await inviteState(context, invite), "invalid");
	const late = await addInvite(context, { expiresAt: clock.time + 1000 });
	clock.time += 1000;
	t.is(await inviteState(context, late), "invalid");
	t.false(JSON.stringify(await context.store.page(invites, { order: "asc", limit: 10 })).includes(invite));
});

test("while registration is closed, signing up fails even with an invitation", async (t) => {
	const { context } = await openCore(t, [], { registration: { mode: "closed" } });
	const invite = await addInvite(context);
	const error = await t.throwsAsync(signUp(context, form("jane", { invite })));
	t.like(error, { errorCode: "registration_closed" });
});

test("the number of accounts per source address is limited; failed sign-ups are not counted", async (t) => {
	const { context } = await openCore(t, [], { rates: { signUp: { points: 2, seconds: 60 } } });
	await signUp(context, form("anna"));
	for (let i = 0; i < 3; i++) await t.throwsAsync(signUp(context, form("anna")), { message: /taken/ });
	await signUp(context, form("berta"));
	await t.throwsAsync(signUp(context, form("carla")), { name: "TooManyRequests" });
	await signUp(context, { ...form("carla"), from: "192.0.2.2" });
	t.pass();
});
