import test from "ava";
import { accounts } from "#core/accounts/account.ts";
import { accountCreated } from "#core/accounts/create-account.ts";
import { foldsOf } from "#core/catalogue/folds.ts";
import { migrate, migrations } from "#core/catalogue/migrations.ts";
import { channels, withKind } from "#core/groups/channel.ts";
import { tiers } from "#core/groups/tiers.ts";
import { messages } from "#core/messages/message.ts";
import type { Account } from "#core/model/account.ts";
import { builtInTiers } from "#core/model/tier.ts";
import { type Core, openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

const going = new AbortController().signal;

/** An account as the version before channels for followers made it. */
async function oldAccount({ context }: Core, handle: string): Promise<Account> {
	const { followers: _, ...body } = accountCreated(context.clock.now(), {
		handle,
		domain: context.domain,
		kind: "person",
		profile: { displayName: handle },
		bridgeable: true,
	});
	const { followers: __, ...account } = body.account;
	const { kind: ___, owner, ...timeline } = body.timeline as typeof body.timeline & { owner: string };
	const old = { ...body, account, timeline: { ...timeline, timelineOf: owner } };
	const draft = { stream: account.id, type: "account.created", actor: account.id, pending: [], body: old };
	await context.store.append(draft, { folds: foldsOf });
	return (await context.store.get(accounts, account.id))?.doc as Account;
}

test("an old account's channel gets its kind, and the account a channel for its followers, once", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	const old = await Promise.all(Array.from({ length: 250 }, (_, n) => oldAccount(core, `old${n}`)));
	const young = await core.person("young");
	t.like((await context.store.get(channels, old[0]?.timeline ?? ""))?.doc, { kind: "timeline", owner: old[0]?.id });

	const ending = new AbortController();
	const broken = migrate(context, ending.signal);
	setImmediate(() => ending.abort());
	await t.throwsAsync(broken, { name: "AbortError" });
	t.is(await context.store.get(migrations, "channels-for-followers"), undefined);
	for (let start = 0; start < 2; start++) await migrate(context, going);
	for (const { id, timeline } of old) {
		const now = (await context.store.get(accounts, id))?.doc;
		const channel = (await context.store.get(channels, now?.followers ?? ""))?.doc;
		t.like(channel, { kind: "followers", owner: id, timeline, tier: "members" });
		t.is(await context.store.head(id), 2);
	}
	t.is((await context.store.get(accounts, young.id))?.doc.followers, young.followers);
	t.is(await context.store.head(young.id), 1);
});

test("the tiers that always exist are in the store, and what an administrator changed stays", async (t) => {
	const { context } = await openCore(t);
	const changed = { ...builtInTiers[3], name: "Open" };
	await context.store.insert(tiers, changed.id, changed);
	await migrate(context, going);
	const stored = await context.store.page(tiers, { order: "asc", limit: 100 });
	t.deepEqual(stored.map(({ id }) => id).sort(), builtInTiers.map(({ id }) => id).sort());
	t.is((await context.store.get(tiers, changed.id))?.doc.name, "Open");
});

test("a deletion whose account was not cleared up when there was no consumer for that is finished", async (t) => {
	const core = await openCore(t);
	const { context } = core;
	await core.lanes.stop();
	const jane = await core.person("jane");
	const memo = await core.post(jane, await core.timeline(jane), "still here");
	const draft = { stream: jane.id, type: "account.deleted", actor: jane.id, pending: ["bridge"] } as const;
	await context.store.append({ ...draft, body: { account: jane.id } }, { folds: foldsOf });
	await migrate(context, going);
	t.like((await context.store.get(messages, memo.id))?.doc, { content: { text: "" } });
});

test("the shadow of an old version gets its channel for followers when the first such message comes", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	const body = accountCreated(core.clock.now(), {
		handle: "bob",
		domain: "fedi.test",
		kind: "person",
		profile: bob.profile,
		bridgeable: true,
		origin: { bridge: fedi.name, id: bob.id },
		...(bob.reach === undefined ? {} : { reach: bob.reach }),
	});
	const { followers: _, ...account } = body.account;
	const draft = { stream: account.id, type: "account.created", actor: account.id, pending: [] } as const;
	const old = { account, group: body.group, timeline: body.timeline };
	await core.context.store.append({ ...draft, body: old }, { folds: foldsOf });
	const [received] = await core.incoming.receive(fedi.name, [
		fedi.message(bob, "quiet", "For followers", { place: { kind: "followers" }, mentions: [jane.id] }),
	]);
	t.is(received?.status, "accepted");
	const now = (await core.context.store.get(accounts, account.id))?.doc;
	t.like((await core.context.store.get(channels, now?.followers ?? ""))?.doc, {
		kind: "shadow",
		timeline: account.timeline,
	});
});

test("a channel of any version has one kind", (t) => {
	const common = { id: "chn_1", group: "grp_1" };
	const kinds = [
		[{}, { kind: "room" }],
		[{ timelineOf: "usr_1" }, { kind: "timeline", owner: "usr_1" }],
		[
			{ timelineOf: "usr_1", shadow: true },
			{ kind: "shadow", owner: "usr_1", timeline: "chn_1" },
		],
	] as const;
	for (const [old, kind] of kinds) {
		const channel = withKind({ ...common, ...old } as never);
		t.deepEqual(channel, { ...common, ...kind } as never);
		t.deepEqual(withKind(channel), channel);
	}
});
