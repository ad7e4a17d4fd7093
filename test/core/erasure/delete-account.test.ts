import test from "ava";
import { joinChannel } from "#core/access/join-channel.ts";
import { accounts } from "#core/accounts/account.ts";
import { emailOwners, giveEmail, proveEmail } from "#core/accounts/email.ts";
import { expulsionsOf } from "#core/accounts/expulsion.ts";
import { presences, setPresence } from "#core/accounts/presence.ts";
import { changePrivateData, privateData } from "#core/accounts/private-data.ts";
import { appendAccountDeletion, deleteAccount } from "#core/erasure/delete-account.ts";
import { changeProfile } from "#core/groups/change-profile.ts";
import { memberships } from "#core/groups/membership.ts";
import { credentials } from "#core/identity/credentials.ts";
import { emailLinks } from "#core/identity/email-links.ts";
import { logIn } from "#core/identity/log-in.ts";
import { recoveries } from "#core/identity/recoveries.ts";
import { recoveryLink } from "#core/identity/recovery.ts";
import { signUp } from "#core/identity/sign-up.ts";
import { accessTokens, addToken } from "#core/identity/tokens.ts";
import { beginTotp, totps } from "#core/identity/totp.ts";
import { messages } from "#core/messages/message.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const from = "192.0.2.1";
const password = "a quiet harbour";

test("deleting an account erases its messages, its profile and its credentials", async (t) => {
	const chat = createFakeBridge("chat");
	const core = await openCore(t, [chat]);
	const { context } = core;
	const bob = await core.person("bob");
	const jane = await signUp(context, {
		handle: "jane",
		displayName: "Telltale",
		password,
		email: "jane@mail.example",
		from,
	});
	await proveEmail(context, jane.id, "jane@mail.example");
	await changeProfile(context, jane, { bio: "Telltale too" });
	await setPresence(context, jane.id, { availability: "online", status: "" });
	await changePrivateData(context, jane.id, (now) => ({ ...now, settings: { a: 1 } }));
	await addToken(context, { account: jane.id, scopes: ["ofscp"], name: "script" });
	await recoveryLink(context, jane);
	await beginTotp(context, jane);
	const expulsion = {
		bridge: chat.name,
		room: "!a",
		channel: bob.timeline,
		by: bob.id,
		kind: "ban",
		reason: "Telltale",
	} as const;
	await context.log.append({
		stream: jane.id,
		type: "account.expelled",
		actor: bob.id,
		body: { expulsion: { ...expulsion, account: jane.id } },
	});
	t.is((await expulsionsOf(context, jane.id, { limit: 10 })).length, 1);
	const own = await core.post(jane, await core.timeline(jane), "Telltale at home");
	const kept = await core.post(bob, await core.timeline(bob), "bob's own");
	const reply = await core.post(jane, await core.timeline(bob), "Telltale answer", { replyTo: kept.id });
	await joinChannel(context, await core.timeline(bob), jane);

	await t.throwsAsync(deleteAccount(context, jane, { password: "wrong password", from }), {
		message: /not your password/,
	});
	await deleteAccount(context, jane, { password, from });
	await core.settled();

	for (const { id } of [own, reply]) t.like((await context.store.get(messages, id))?.doc, { content: { text: "" } });
	t.is((await context.store.get(messages, kept.id))?.doc.deletedAt, undefined);
	for (const stream of [jane.id, jane.timeline, bob.timeline])
		t.false(JSON.stringify(await context.store.events(stream, 0, 100)).includes("Telltale"), stream);
	for (const collection of [credentials, totps, privateData, presences])
		t.is(await context.store.get<unknown>(collection, jane.id), undefined, collection.name);
	t.deepEqual(await expulsionsOf(context, jane.id, { limit: 10 }), []);
	for (const collection of [accessTokens, recoveries, emailOwners, emailLinks])
		t.deepEqual(await context.store.page<unknown>(collection, { order: "asc", limit: 10 }), [], collection.name);
	const mine = { index: "account", prefix: [jane.id, "chn", "joined"], order: "asc", limit: 10 } as const;
	t.deepEqual(await context.store.page(memberships, mine), []);
	t.is((await logIn(context, { name: "jane", password, from })).outcome, "wrong");
	await t.throwsAsync(signUp(context, { handle: "jane", password, from }), { message: /taken/ });
	const berta = await signUp(context, { handle: "berta", password, from });
	await giveEmail(context, berta.id, "jane@mail.example");
	t.true(await proveEmail(context, berta.id, "jane@mail.example"), "the address is free again");
});

test("a change concurrent with an account's deletion is erased too, and deleting twice has the effect of deleting once", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const jane = await core.person("jane");
	await Promise.all([
		...Array.from({ length: 20 }, (_, i) => changeProfile(context, jane, { bio: `Telltale ${i}` })),
		appendAccountDeletion(context, jane),
		appendAccountDeletion(context, jane),
	]);
	await core.settled();
	const events = await context.store.events(jane.id, 0, 100);
	t.is(events.filter(({ type }) => type === "account.deleted").length, 1);
	t.is(events.at(-1)?.type, "account.deleted");
	t.false(JSON.stringify(events).includes("Telltale"));
	t.deepEqual((await context.store.get(accounts, jane.id))?.doc.profile, { displayName: "" });
});
