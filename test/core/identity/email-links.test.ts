import test, { type ExecutionContext } from "ava";
import { accountByEmail, emailOwners, emailsOf, giveEmail } from "#core/accounts/email.ts";
import { changePrivateData } from "#core/accounts/private-data.ts";
import { changePassword } from "#core/identity/change-password.ts";
import { emailLinks, openEmailLink, sendEmailLink } from "#core/identity/email-links.ts";
import { logIn } from "#core/identity/log-in.ts";
import { askRecovery, recover, recoveryLink } from "#core/identity/recovery.ts";
import { signUp } from "#core/identity/sign-up.ts";
import type { Mail } from "#core/ports/mail.ts";
import { openCore } from "../../support/core.ts";

const from = "192.0.2.1";
const password = "a quiet harbour";
const address = "victim@mail.example";

async function open(t: ExecutionContext, options: Parameters<typeof openCore>[2] = {}) {
	const mails: Mail[] = [];
	const { context, clock } = await openCore(t, [], { mails, ...options });
	/** The mails that were sent since the last call. */
	const sent = async (): Promise<readonly Mail[]> => {
		await context.identity.background.idle(180_000);
		return mails.splice(0);
	};
	const register = (handle: string, email?: string) =>
		signUp(context, { handle, password, from, ...(email === undefined ? {} : { email }) });
	const counts = async (handle: string) => {
		await askRecovery(context, { name: handle, from });
		const recovers = (await sent()).some(({ text }) => text.includes("/recover?link="));
		const logsIn = (await logIn(context, { name: address, password, from })).outcome === "known";
		return { recovers, logsIn };
	};
	return { context, clock, sent, register, counts };
}
const linkIn = (mail: Mail | undefined): string =>
	new URL(/https:\S+\/account\/email\S+/.exec(mail?.text ?? "")?.[0] ?? "").searchParams.get("link") ?? "";

test("an e-mail address counts for recovery and log-in once the link that was sent there is opened", async (t) => {
	const { context, sent, register, counts } = await open(t);
	const jane = await register("jane", address);
	const [mail, ...others] = await sent();
	t.deepEqual(others, []);
	t.is(mail?.to, address);
	t.deepEqual(await counts("jane"), { recovers: false, logsIn: false });
	t.is((await openEmailLink(context, linkIn(mail))).id, jane.id);
	t.deepEqual(await counts("jane"), { recovers: true, logsIn: true });
	t.is((await openEmailLink(context, linkIn(mail))).id, jane.id, "opening it again changes nothing");
	t.deepEqual(await emailsOf(context, jane.id), { given: address, proven: address });
});

test("who gives someone else's address first does not keep its owner from proving it", async (t) => {
	const { context, sent, register, counts } = await open(t);
	const thief = await register("thief", address);
	const [toThief] = await sent();
	const victim = await register("victim", address.toUpperCase());
	const [toVictim] = await sent();
	await openEmailLink(context, linkIn(toVictim));
	t.is(await accountByEmail(context, address), victim.id);
	await t.throwsAsync(openEmailLink(context, linkIn(toThief)), { message: /another account/ });
	t.deepEqual(await counts("thief"), { recovers: false, logsIn: true }, "the address logs its owner in");
	t.deepEqual(await emailsOf(context, thief.id), { given: address });
});

test("giving an address that counts for another account is answered alike, and only the owner is told", async (t) => {
	const { context, sent, register } = await open(t);
	await register("jane", address);
	await openEmailLink(context, linkIn((await sent())[0]));
	const thief = await register("thief", address);
	const [notice, ...others] = await sent();
	t.deepEqual(others, []);
	t.is(notice?.to, address);
	t.regex(notice?.text ?? "", /thief@social\.test/);
	t.notRegex(notice?.text ?? "", /account\/email/);
	const free = await register("friend", "free@mail.example");
	const shown = async (account: typeof thief) => Object.keys(await emailsOf(context, account.id));
	t.deepEqual(await shown(thief), await shown(free));
	t.is(await giveEmail(context, free.id, address), undefined);
	t.is(await sendEmailLink(context, free, from), undefined);
});

test("concurrent sign-ups with one address all succeed, and one of them can prove it", async (t) => {
	const { context, sent, register } = await open(t);
	await Promise.all(["anna", "berta", "carla"].map((handle) => register(handle, address)));
	const links = (await sent()).map(linkIn);
	const opened = await Promise.allSettled(links.map((link) => openEmailLink(context, link)));
	t.is(opened.filter(({ status }) => status === "fulfilled").length, 1);
	t.is((await context.store.page(emailOwners, { order: "asc", limit: 10 })).length, 1);
});

test("until a new address is proven, the old one counts", async (t) => {
	const { context, sent, register } = await open(t);
	const jane = await register("jane", address);
	await openEmailLink(context, linkIn((await sent())[0]));
	await giveEmail(context, jane.id, "new@mail.example");
	await sendEmailLink(context, jane, from);
	const link = linkIn((await sent())[0]);
	await askRecovery(context, { name: "jane", from });
	t.deepEqual(
		(await sent()).map(({ to }) => to),
		[address],
	);
	await openEmailLink(context, link);
	t.is(await accountByEmail(context, address), undefined, "the old address is free");
	t.deepEqual(await emailsOf(context, jane.id), { given: "new@mail.example", proven: "new@mail.example" });
});

test("a link is void after three days, another address, its removal, a new password and a recovery", async (t) => {
	const other = "other@mail.example";
	for (const [name, end] of Object.entries<(it: Awaited<ReturnType<typeof open>>, id: never) => unknown>({
		expiry: ({ clock }) => (clock.time += 3 * 86_400_000),
		change: ({ context }, id) => giveEmail(context, id, other),
		removal: ({ context }, id) => giveEmail(context, id, undefined),
		password: async ({ context }, id) =>
			changePassword(context, { id, handle: "jane", profile: { displayName: "" } } as never, {
				current: password,
				next: "a louder harbour",
				from,
			}),
		recovery: async ({ context }, id) => {
			const link = await recoveryLink(context, { id } as never);
			await recover(context, new URL(link).searchParams.get("link") ?? "", "a louder harbour");
		},
	})) {
		const it = await open(t);
		const jane = await it.register("jane", address);
		const link = linkIn((await it.sent())[0]);
		await end(it, jane.id as never);
		await t.throwsAsync(openEmailLink(it.context, link), { name: "NotFound" }, name);
		t.is(await accountByEmail(it.context, address), undefined, name);
	}
});

test("the number of mails to one address is limited, and a sign-up succeeds without one", async (t) => {
	const { sent, register } = await open(t, { rates: { recovery: { points: 2, seconds: 60 } } });
	for (const handle of ["anna", "berta", "carla", "doris"]) await register(handle, address);
	t.is((await sent()).length, 2);
});

test("without a mail server an address is kept, and does not count", async (t) => {
	const mail = { enabled: false, send: () => Promise.reject(new Error("no mail server")) };
	const { context, register, counts } = await open(t, { mail });
	const jane = await register("jane", address);
	t.deepEqual(await emailsOf(context, jane.id), { given: address });
	t.deepEqual(await counts("jane"), { recovers: false, logsIn: false });
	t.deepEqual(await context.store.page(emailLinks, { order: "asc", limit: 1 }), []);
});

/** An account whose address an earlier version accepted without a link. */
async function registerAsBefore({ context, register }: Awaited<ReturnType<typeof open>>) {
	const old = await register("jane");
	const id = context.vault.fingerprint("email", address);
	await context.store.insert(emailOwners, id, { account: old.id, since: 1 });
	await changePrivateData(context, old.id, (now) => ({ ...now, email: context.vault.seal(address) }));
	return old;
}

test("an address that an earlier version accepted without a link does not count, and another account can prove it", async (t) => {
	const scene = await open(t);
	const { context, sent, register, counts } = scene;
	const old = await registerAsBefore(scene);
	t.deepEqual(await emailsOf(context, old.id), { given: address });
	t.deepEqual(await counts("jane"), { recovers: false, logsIn: false });
	const real = await register("joan", address);
	await openEmailLink(context, linkIn((await sent())[0]));
	t.is(await accountByEmail(context, address), real.id);
	t.deepEqual(await counts("jane"), { recovers: false, logsIn: true }, "the address logs its owner in");
	await askRecovery(context, { name: "jane", from });
	t.deepEqual(await sent(), [], "the owner of the address is left alone");
	t.deepEqual(await emailsOf(context, old.id), { given: address });
});

for (const [what, name] of [
	["the handle", "jane"],
	["the address", ` ${address.toUpperCase()}`],
] as const)
	test(`who asks for a recovery by ${what} of an old account first gets a link that proves its address, and is not locked out`, async (t) => {
		const scene = await open(t);
		const { context, sent, counts } = scene;
		const old = await registerAsBefore(scene);
		await askRecovery(context, { name, from });
		const [mail, ...others] = await sent();
		t.deepEqual([mail?.to, others], [address, []]);
		t.regex(mail?.text ?? "", /\/recover$/m);
		await openEmailLink(context, linkIn(mail));
		t.is(await accountByEmail(context, address), old.id);
		t.deepEqual(await counts("jane"), { recovers: true, logsIn: true });
	});
