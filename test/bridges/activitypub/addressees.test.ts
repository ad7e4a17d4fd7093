import test, { type ExecutionContext } from "ava";
import activityPub from "../../../bridges/activitypub/index.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { signedPost, startPeer } from "../../support/fediverse-peer.ts";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

async function open(t: ExecutionContext) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const bob = peer.actor("bob", { followers: `${peer.origin}/u/bob/followers` });
	const jane = host.person("jane");
	const { channel } = host.channel(jane, "discoverable");
	let count = 0;
	const post = async (activity: Record<string, unknown>) => {
		const id = `${peer.origin}/activities/${++count}`;
		const body = { "@context": "https://www.w3.org/ns/activitystreams", id, actor: bob.id, ...activity };
		const { status } = await bridge.handle(signedPost({ origin: host.about.origin, keyId: bob.keyId, body }));
		const event = host.received.find((received) => received.id === id);
		return { status, event };
	};
	const create = async (fields: Record<string, unknown>, around: Record<string, unknown> = {}) => {
		const object = {
			id: `${peer.origin}/notes/${++count}`,
			type: "Note",
			attributedTo: bob.id,
			content: "hi",
			...fields,
		};
		const { status, event } = await post({ type: "Create", object, ...around });
		t.is(status, 202);
		return event?.kind === "message" ? event : undefined;
	};
	const { origin, domain } = host.about;
	/** Everything that we publish for a person, and other spellings of the same. */
	const namesOfJane = [
		`${origin}/users/${jane.id}`,
		`${origin}/users/${jane.id}/`,
		`${origin}/users/${jane.id}#main-key`,
		`${origin}/users/${jane.id}?page=1`,
		origin.replace("localhost", "LOCALHOST") + `/users/${jane.id}`,
		`${origin}/@jane`,
		`${origin}/@jane/`,
		`${origin}/@Jane`,
		`${origin}/%40jane`,
		`acct:jane@${domain}`,
	];
	const namesOfChannel = [
		`${origin}/channels/${channel.id}`,
		`${origin}/channels/${channel.id}/`,
		`${origin}/c/${channel.handle}`,
		`acct:${channel.handle}@${domain}`,
	];
	return { peer, host, bob, jane, channel, post, create, namesOfJane, namesOfChannel };
}

test("a local account that is addressed is mentioned, with or without a Mention, by any URL that is published for it", async (t) => {
	const { jane, host, create, namesOfJane } = await open(t);
	const mention = (fields: Record<string, unknown>) => ({ to: [PUBLIC], tag: [{ type: "Mention", ...fields }] });
	for (const name of namesOfJane) {
		for (const fields of [
			{ to: [PUBLIC, name] },
			{ to: [PUBLIC], cc: name },
			{ to: [name], cc: [PUBLIC] },
			{ to: [PUBLIC], cc: [{ id: name, type: "Person" }] },
			{ to: [PUBLIC], bto: [name] },
			{ to: [PUBLIC], audience: name },
			mention({ href: name }),
			mention({ href: name, name: "@someone@else.example" }),
			mention({ href: [{ type: "Link", href: name }] }),
		]) {
			const event = await create(fields);
			t.deepEqual(event?.mentions, [jane.id], JSON.stringify(fields));
			t.deepEqual(event?.place, { kind: "timeline" });
		}
		t.deepEqual((await create({ to: [PUBLIC] }, { cc: [name] }))?.mentions, [jane.id], name);
	}
	const byName = await create(mention({ name: `@jane@${host.about.domain}` }));
	t.deepEqual(byName?.mentions, [jane.id]);
});

test("remote people, collections and unknown names mention no local account", async (t) => {
	const { host, jane, bob, create } = await open(t);
	const { origin } = host.about;
	for (const name of [
		`${bob.id}/followers`,
		"https://elsewhere.example/@jane",
		`https://elsewhere.example/users/${jane.id}`,
		`${origin}/users/${jane.id}/followers`,
		`${origin}/@jane/msg`,
		`${origin}/@nobody-here`,
		`${origin}/users/jane`,
		"@jane",
		"jane@elsewhere.example",
		`${origin}.elsewhere.example/@jane`,
	]) {
		const event = await create({ to: [PUBLIC], cc: [name], tag: { type: "Mention", href: name } });
		t.deepEqual(event?.mentions, [], name);
	}
});

test("a post that names one of our channels belongs there, by whatever we publish for it", async (t) => {
	const { jane, host, channel, create, namesOfChannel } = await open(t);
	const place = { kind: "channel", channel: channel.id };
	for (const name of namesOfChannel) {
		for (const fields of [
			{ to: [PUBLIC], audience: name },
			{ to: [PUBLIC, name] },
			{ to: PUBLIC, cc: [name] },
			{ to: [PUBLIC], tag: [{ type: "Mention", href: name }] },
		]) {
			t.deepEqual((await create(fields))?.place, place as never, JSON.stringify(fields));
		}
		t.deepEqual((await create({ to: [PUBLIC] }, { cc: [name] }))?.place, place as never, name);
	}
	const both = await create({ to: [PUBLIC, `${host.about.origin}/@jane`], audience: namesOfChannel[0] });
	t.deepEqual([both?.place, both?.mentions], [place as never, [jane.id]]);
	const closed = host.channel(jane, "group", "closed").channel;
	t.deepEqual((await create({ to: [PUBLIC, `${host.about.origin}/c/${closed.handle}`] }))?.place, { kind: "timeline" });
});

test("people and channels are followed, blocked and unfollowed by whatever we publish for them", async (t) => {
	const { host, jane, bob, channel, post, namesOfJane, namesOfChannel } = await open(t);
	const targets = [
		...namesOfJane.map((name) => [name, { kind: "account", account: jane.id }] as const),
		...namesOfChannel.map((name) => [name, { kind: "channel", channel: channel.id }] as const),
	];
	for (const [name, target] of targets) {
		t.like((await post({ type: "Follow", object: name })).event, { kind: "join", target }, name);
		const undone = { type: "Follow", actor: bob.id, object: name };
		t.like((await post({ type: "Undo", object: undone })).event, { kind: "leave", target }, name);
		t.like((await post({ type: "Block", object: name })).event, { kind: "leave", target }, name);
	}
	t.is((await post({ type: "Follow", object: `${host.about.origin}/@nobody-here` })).event, undefined);
});

test("an edit says anew whom it mentions, unless it has no addressees", async (t) => {
	const { peer, bob, jane, host, post } = await open(t);
	const object = { id: `${peer.origin}/notes/1`, type: "Note", attributedTo: bob.id, content: "changed" };
	const edited = async (fields: Record<string, unknown>) => {
		const { event } = await post({ type: "Update", object: { ...object, ...fields } });
		return event?.kind === "edit" ? event.mentions : undefined;
	};
	t.deepEqual(await edited({ to: [PUBLIC], cc: [`${host.about.origin}/@jane`] }), [jane.id]);
	t.deepEqual(await edited({ to: [PUBLIC] }), []);
	t.is(await edited({}), undefined);
});

test("the look-ups that one document can cause are few", async (t) => {
	const { host, jane, create } = await open(t);
	let asked = 0;
	const { byHandle } = host.people;
	Object.assign(host.people, { byHandle: (...args: Parameters<typeof byHandle>) => (asked++, byHandle(...args)) });
	const flood = Array.from({ length: 5000 }, (_, n) => `${host.about.origin}/@person${n}`);
	const event = await create({ to: [PUBLIC, `${host.about.origin}/users/${jane.id}`], cc: flood });
	t.deepEqual(event?.mentions, [jane.id]);
	t.true(asked <= 60, String(asked));
});
