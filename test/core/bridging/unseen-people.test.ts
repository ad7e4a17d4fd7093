import test from "ava";
import { accounts } from "#core/accounts/account.ts";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { openCore } from "../../support/core.ts";
import { createFakeBridge } from "../../support/fake-bridge.ts";

test("what strangers say that concerns no one here leaves no account, and counts once its target is here", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const { store } = core.context;
	const jane = await core.person("jane");
	const [fan, noisy, carol] = [fedi.person("fan", "f.test"), fedi.person("noisy", "n.test"), fedi.person("carol")];
	const content = { text: "Hello", mime: "text/plain" } as const;
	const isHere = async (id: string) => (await accountByRemote(core.context, fedi.name, id)) !== undefined;
	const like = { kind: "reaction", id: "like", reaction: "like", sender: fan, raw: {}, key: "⭐" } as const;
	const base = { sender: noisy, raw: {} };
	const missing = { target: { remote: "missing" } };
	const received = await core.incoming.receive(fedi.name, [
		{ ...like, target: { remote: "root" } },
		fedi.message(fan, "reply", "Hello", { replyTo: { remote: "root" } }),
		fedi.message(noisy, "alone", "Hello"),
		{ ...base, kind: "edit", id: "n1", edit: "n1", content, ...missing },
		{ ...base, kind: "removal", id: "n2", ...missing },
		{ ...base, kind: "retraction", id: "n3", target: "missing" },
		{ ...base, kind: "unreaction", id: "n4", reaction: "n5" },
		{ ...base, kind: "unreaction", id: "n6", target: { remote: "missing" }, key: "⭐" },
		{ ...base, kind: "reaction", id: "n7", reaction: "n7", key: "⭐", target: { local: jane.id as never } },
	]);
	const [parked, ignored] = ["parked", "ignored"] as const;
	t.deepEqual(
		received.map(({ status }) => status),
		[parked, parked, ignored, parked, parked, parked, parked, ignored, ignored],
	);
	t.is((await store.page(accounts, { order: "asc", limit: 10 })).length, 1);
	await core.incoming.receive(fedi.name, [fedi.message(carol, "root", "@jane", { mentions: [jane.id] })]);
	t.like(await messageByRemote(core.context, fedi.name, "root"), { replies: 1, reactions: [{ key: "⭐", count: 1 }] });
	t.true(await isHere(fan.id));
	t.false(await isHere(noisy.id));
});

test("a removal by a stranger that comes first still prevents the message", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	const message = fedi.message(bob, "note", "@jane", { mentions: [jane.id] });
	const removal = { kind: "removal", id: "removal", sender: bob, raw: {}, target: { remote: "note" } } as const;
	const received = await core.incoming.receive(fedi.name, [removal, message]);
	t.deepEqual(received, [{ status: "parked" }, { status: "ignored", reason: "gone" }]);
	t.is(await messageByRemote(core.context, fedi.name, "note"), undefined);
});
