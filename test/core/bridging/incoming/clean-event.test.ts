import test from "ava";
import { accountByRemote } from "#core/accounts/find-account.ts";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge } from "../../../support/fake-bridge.ts";

test("the name of a remote person has no invisible characters, and is the handle if nothing else is left", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	for (const [name, displayName, expected] of [
		["bob", "\u202eBob\u2069", "Bob"],
		["eve", "Eve\n\u200b\u0000@admin", "Eve \ufffd@admin"],
		["dan", "\u3164", "dan"],
		["kim", "Kim\ud83d", "Kim\ufffd"],
	] as const) {
		const person = { ...fedi.person(name), profile: { displayName, bio: "a\ud800b\0" } };
		await core.incoming.receive(fedi.name, [{ kind: "profile", id: `profile-${name}`, sender: person, raw: {} }]);
		const { profile } = (await accountByRemote(core.context, fedi.name, person.id)) ?? {};
		t.deepEqual(profile, { displayName: expected, bio: "a\ufffdb\ufffd" });
	}
});

test("ill-formed text of a remote message or edit is replaced in every field", async (t) => {
	const fedi = createFakeBridge("fedi");
	const core = await openCore(t, [fedi]);
	const jane = await core.person("jane");
	const bob = fedi.person("bob");
	const odd = "a\ud83d\0";
	const content = { text: odd, title: odd, summary: odd, mime: "text/plain" as const };
	await core.incoming.receive(fedi.name, [
		fedi.message(bob, "note-1", odd, { type: "article", content, tags: [odd], warning: odd, mentions: [jane.id] }),
	]);
	const clean = "a\ufffd\ufffd";
	const expected = {
		content: { text: clean, title: clean, summary: clean, mime: "text/plain" },
		tags: [clean],
		warning: clean,
	};
	t.like(await messageByRemote(core.context, fedi.name, "note-1"), expected);
	const edited = { ...content, text: `${odd}!` };
	const target = { remote: "note-1" };
	await core.incoming.receive(fedi.name, [
		{ kind: "edit", id: "edit-1", sender: bob, raw: {}, target, content: edited, tags: [odd], warning: odd },
	]);
	const after = { ...expected, content: { ...expected.content, text: `${clean}!` } };
	t.like(await messageByRemote(core.context, fedi.name, "note-1"), after);
	const contentAs = { memo: content, article: { ...content, text: `${odd}?` } };
	await core.incoming.receive(fedi.name, [
		{ kind: "edit", id: "edit-2", sender: bob, raw: {}, target, content, contentAs, tags: [odd], warning: odd },
	]);
	const last = { ...expected, content: { ...expected.content, text: `${clean}?` } };
	t.like(await messageByRemote(core.context, fedi.name, "note-1"), last);
});
