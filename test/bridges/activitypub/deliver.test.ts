import { verify } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { bridgeName } from "#core/ids.ts";
import type { Delivery } from "#core/ports/bridge/delivery.ts";
import activityPub from "../../../bridges/activitypub/index.ts";
import { textOf } from "../../support/answer-text.ts";
import { createFakeHost, type FakeHost } from "../../support/fake-host.ts";
import { plainRequest, startPeer } from "../../support/fediverse-peer.ts";

type Sent = Record<string, unknown> & { readonly object: Record<string, unknown> & string };
const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const never = new AbortController().signal;

async function open(t: ExecutionContext) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const inbox = `${peer.origin}/inbox`;
	peer.routes.set("/inbox", { status: 202 });
	const jane = host.person("jane");
	const bob = host.person("bob", {
		domain: new URL(peer.origin).host,
		origin: { bridge: host.about.bridge, id: `${peer.origin}/u/bob` },
		reach: { bridge: host.about.bridge, target: inbox, lane: "activitypub:peer" },
	});
	const progress: (readonly string[])[] = [];
	const deliver = (delivery: Delivery) =>
		bridge.deliver(delivery, never, async (sent) => {
			progress.push([...sent]);
		});
	const posts = () => peer.asked.filter(({ method }) => method === "POST");
	const sent = () => posts().map(({ body }) => JSON.parse(body) as Sent);
	return { peer, host, bridge, inbox, jane, bob, deliver, progress, posts, sent };
}

/** The same event as another kind of delivery about the same message. */
const as = (delivery: ReturnType<FakeHost["delivery"]>, fields: object): Delivery =>
	({ ...delivery, ...fields }) as unknown as Delivery;
const actorOf = (host: FakeHost, { id }: { id: string }) => `${host.about.origin}/users/${id}`;

test("a memo is a Create of its author, signed by the key that their actor publishes", async (t) => {
	const { host, bridge, inbox, jane, deliver, posts, sent } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "hello <context>");
	t.deepEqual(await deliver(host.delivery(memo, inbox)), { status: "delivered" });
	const [create] = sent();
	const [post] = posts();
	if (create === undefined || post === undefined) return t.fail();
	t.like(create, {
		type: "Create",
		id: `${host.about.origin}/activities/${memo.channel}-${memo.seq}`,
		actor: actorOf(host, jane),
		to: [PUBLIC],
		cc: [`${actorOf(host, jane)}/followers`],
	});
	t.like(create.object, {
		type: "Note",
		id: `${host.about.origin}/objects/${memo.id}`,
		content: "<p>hello &lt;context&gt;</p>",
		url: `${host.about.origin}/@jane/${memo.id}`,
		source: { content: "hello <context>", mediaType: "text/plain" },
	});
	t.deepEqual([create.object["to"], create.object["cc"]], [create["to"], create["cc"]]);

	const actor = JSON.parse(textOf(await bridge.handle(plainRequest("GET", `/users/${jane.id}`)))) as {
		publicKey: { id: string; publicKeyPem: string };
	};
	const { headers } = post;
	const parts = /keyId="([^"]+)".*signature="([^"]+)"/.exec(String(headers["signature"]));
	const base = `(request-target): post /inbox\nhost: ${headers.host}\ndate: ${headers.date}\ndigest: ${String(headers["digest"])}`;
	t.is(parts?.[1], actor.publicKey.id);
	t.true(verify("sha256", Buffer.from(base), actor.publicKey.publicKeyPem, Buffer.from(parts?.[2] ?? "", "base64")));
});

test("a reply names one parent, mentions its author, and is addressed to both", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const theirs = host.say(bob, host.timeline(jane), "question", {
		origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/1` },
	});
	const reply = host.say(jane, host.timeline(jane), `@bob@${bob.domain} answer #Intro`, {
		parent: theirs,
		mentioned: [bob],
		tags: ["intro"],
	});
	await deliver(host.delivery(reply, inbox));
	const { object } = sent()[0] as Sent;
	t.is(object["inReplyTo"], `${bob.origin?.id}/1`);
	t.true((object["cc"] as unknown as string[]).includes(bob.origin?.id ?? ""));
	t.deepEqual(object["tag"], [
		{ type: "Mention", href: bob.origin?.id, name: `@bob@${bob.domain}` },
		{ type: "Hashtag", href: `${host.about.origin}/tags/intro`, name: "#intro" },
	]);
	t.is(
		object["content"],
		`<p><a href="${bob.origin?.id}" class="u-url mention">@bob@${bob.domain}</a> answer <a href="${host.about.origin}/tags/intro" class="mention hashtag" rel="tag">#Intro</a></p>`,
	);
});

test("tags are sent with one #, whether they were given with or without it", async (t) => {
	const { host, inbox, jane, deliver, sent } = await open(t);
	for (const tags of [["#intro"], ["intro"], ["##intro"], ["#Intro", "intro"]]) {
		await deliver(host.delivery(host.say(jane, host.timeline(jane), "hello #intro", { tags }), inbox));
		const { object } = sent().at(-1) as Sent;
		const [tag, ...others] = object["tag"] as unknown as Record<string, string>[];
		t.deepEqual([tag?.["name"]?.toLowerCase(), others.length], ["#intro", 0]);
		t.is(tag?.["href"]?.toLowerCase(), `${host.about.origin}/tags/intro`);
		t.is(
			String(object["content"]).toLowerCase(),
			`<p>hello <a href="${tag?.["href"]?.toLowerCase()}" class="mention hashtag" rel="tag">#intro</a></p>`,
		);
	}
});

test("an article carries name, summary, content and a preview", async (t) => {
	const { host, inbox, jane, deliver, sent } = await open(t);
	const article = host.say(jane, host.timeline(jane), "", {
		type: "article",
		content: { text: "# Hi\n\nlong *text*", mime: "text/markdown", title: "Title" },
	});
	await deliver(host.delivery(article, inbox));
	const { object } = sent()[0] as Sent;
	t.like(object, { type: "Article", name: "Title", sensitive: false, preview: { type: "Note" } });
	t.regex(String(object["content"]), /<em>text<\/em>/);
	t.regex(String(object["summary"]), /long text/);
});

test("a content warning is a summary, and an edit says when", async (t) => {
	const { host, inbox, jane, deliver, sent } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "spoiler", { warning: "film", editedAt: 5 });
	await deliver(as(host.delivery(memo, inbox), { kind: "edit", id: `${memo.channel}/99` }));
	const [update] = sent();
	t.like(update, { type: "Update", id: `${host.about.origin}/activities/${memo.channel}-99` });
	t.like(update?.object, { summary: "film", sensitive: true });
	t.true(String(update?.object["updated"]) >= String(update?.object["published"]));
});

test("people whom a message in a discoverable channel mentions or answers get the post itself, before what the channel announces", async (t) => {
	const { host, peer, inbox, jane, bob, deliver, sent } = await open(t);
	const place = host.channel(jane, "discoverable");
	const theirs = host.say(bob, place, "question", { origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/1` } });
	const mention = host.say(jane, place, `@bob@${bob.domain} hello`, { mentioned: [bob] });
	const answer = host.say(jane, place, "an answer", { parent: theirs });
	const both = host.say(jane, place, `@bob@${bob.domain} both`, { parent: theirs, mentioned: [bob] });
	const ghost = host.person("ghost", { origin: { bridge: bridgeName("matrix"), id: "@g:m" } });
	const fromRoom = host.say(ghost, place, "from a room", { parent: theirs });
	peer.routes.set("/other/inbox", { status: 202 });
	for (const message of [mention, answer, both, fromRoom]) {
		const at = sent().length;
		// In both orders: what is sent to one inbox is not what was written for the other.
		const targets = [inbox, `${peer.origin}/other/inbox`];
		for (const target of message === answer ? targets.toReversed() : targets) {
			const before = sent().length;
			t.is((await deliver(host.delivery(message, target))).status, "delivered");
			const types = sent()
				.slice(before)
				.map(({ type }) => type);
			t.deepEqual(types, target === inbox ? ["Create", "Announce", "Announce"] : ["Announce", "Announce"]);
		}
		const create = sent()
			.slice(at)
			.find(({ type }) => type === "Create");
		if (create === undefined) return t.fail();
		t.is(create["actor"], actorOf(host, message === fromRoom ? ghost : jane));
		t.is(create.object["id"], `${host.about.origin}/objects/${message.id}`);
		t.true(JSON.stringify(create.object["cc"]).includes(bob.origin?.id ?? "?"));
		t.like(create.object["tag"], [{ type: "Mention", href: bob.origin?.id }]);
	}
});

test("a discoverable channel of a group announces the activity and the object, and edits and removes what it announced", async (t) => {
	const { host, inbox, jane, deliver, sent } = await open(t);
	const place = host.channel(jane, "discoverable");
	const group = `${host.about.origin}/channels/${place.channel.id}`;
	const message = host.say(jane, place, "hello");
	const delivery = host.delivery(message, inbox);
	await deliver(delivery);
	await deliver(as(delivery, { kind: "edit", id: `${message.channel}/98` }));
	await deliver(as(delivery, { kind: "removal", id: `${message.channel}/99` }));
	const base = `${host.about.origin}/activities/${message.channel}`;
	const [announce, share, ...rest] = sent();
	t.like(announce, { type: "Announce", actor: group, id: `${base}-${message.seq}-announce`, to: [PUBLIC] });
	t.like(announce?.object, { type: "Create", id: `${base}-${message.seq}`, actor: actorOf(host, jane) });
	t.like(announce?.object["object"], { audience: group });
	t.like(share, { type: "Announce", actor: group, object: `${host.about.origin}/objects/${message.id}` });
	t.deepEqual(
		rest.map(({ type, actor, object }) => [type, actor === group, object["type"]]),
		[
			["Update", false, "Note"],
			["Announce", true, "Update"],
			["Delete", false, "Tombstone"],
			["Announce", true, "Delete"],
			["Undo", true, "Announce"],
		],
	);
});

test("a public channel does not broadcast: its members hear the author, quietly", async (t) => {
	const { host, inbox, jane, deliver, sent } = await open(t);
	const place = host.channel(jane, "public");
	const group = `${host.about.origin}/channels/${place.channel.id}`;
	await deliver(host.delivery(host.say(jane, place, "hello"), inbox));
	t.is(sent().length, 1);
	t.like(sent()[0], { type: "Create", actor: actorOf(host, jane), to: [`${group}/followers`], cc: [PUBLIC, group] });
});

test("what is for its readers only names Public nowhere, in no activity about it", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const place = host.channel(jane, "members");
	const group = `${host.about.origin}/channels/${place.channel.id}`;
	const message = host.say(jane, place, "for members", { mentioned: [bob] });
	const said = host.delivery(message, inbox);
	t.is(said.kind === "message" && said.visibility, "readers");
	const deliveries = [
		said,
		{ ...said, kind: "edit", id: "chn_x/8" },
		{ ...said, kind: "reaction", key: "❤", reaction: "r", id: "chn_x/9" },
		{ ...said, kind: "unreaction", key: "❤", reaction: "r", remote: [], id: "chn_x/10" },
		{ ...said, kind: "removal", id: "chn_x/11" },
	] as const;
	for (const delivery of deliveries) await deliver(delivery as Delivery);
	t.deepEqual(
		sent().map((activity) => activity?.type),
		["Create", "Update", "Like", "Undo", "Delete"],
	);
	for (const activity of sent()) t.notRegex(JSON.stringify(activity), /Public"/);
	t.like(sent()[0], { to: [`${group}/followers`], cc: [group, bob.origin?.id] });
});

test("an activity from the fediverse is announced unchanged, and never repeated in another name", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const place = host.channel(jane, "discoverable");
	const message = host.say(bob, place, "theirs", { origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/2` } });
	const raw = {
		"@context": ["https://www.w3.org/ns/activitystreams"],
		id: `${bob.origin?.id}/2/create`,
		type: "Create",
		actor: bob.origin?.id,
		extra: [1, "two"],
	};
	await deliver({ ...host.delivery(message, inbox), raw });
	t.deepEqual(sent()[0]?.object as unknown, raw);
	t.is(String(sent()[1]?.object), `${bob.origin?.id}/2`);
	const inTimeline = host.say(bob, host.timeline(jane), "reply", {
		origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/3` },
	});
	t.like(await deliver({ ...host.delivery(inTimeline, inbox), raw }), { status: "rejected" });
});

test("a long activity that an earlier version kept whole is relayed without what no one understands", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const place = host.channel(jane, "discoverable");
	const message = host.say(bob, place, "theirs", { origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/2` } });
	const activity = { id: `${bob.origin?.id}/2/create`, type: "Create", actor: bob.origin?.id };
	await deliver({ ...host.delivery(message, inbox), raw: { ...activity, unknown: "x".repeat(900_000) } });
	t.deepEqual(sent()[0]?.object as unknown, activity);
	const other = host.say(bob, place, "longer", { origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/3` } });
	await deliver({ ...host.delivery(other, inbox), raw: { ...activity, content: "x".repeat(900_000) } });
	t.true(sent().some(({ object }) => object === (activity.id as unknown)));
	for (const one of sent()) t.true(JSON.stringify(one).length < 32_768);
});

test("of several activities those that were taken are not sent again when the next one fails", async (t) => {
	const { host, inbox, jane, peer, deliver, progress, sent } = await open(t);
	const delivery = host.delivery(host.say(jane, host.channel(jane, "discoverable"), "twice"), inbox);
	const typeOf = (asked: { body: string }) => typeof (JSON.parse(asked.body) as Sent).object;
	peer.routes.set("/inbox", (asked) => ({ status: typeOf(asked) === "object" ? 202 : 500 }));
	t.like(await deliver(delivery), { status: "retry" });
	const [announced] = sent();
	t.deepEqual(progress, [[String(announced?.["id"])]]);
	peer.routes.set("/inbox", { status: 202 });
	t.deepEqual(await deliver({ ...delivery, sent: progress[0] ?? [] }), { status: "delivered" });
	t.deepEqual(
		sent().map(({ object }) => typeof object),
		["object", "string", "string"],
	);
});

test("people of another network speak through their own actors here", async (t) => {
	const { host, inbox, jane, deliver, sent } = await open(t);
	const alice = host.person("alice_m", { origin: { bridge: bridgeName("matrix"), id: "@alice:m.example" } });
	await deliver(
		host.delivery(
			host.say(alice, host.timeline(jane), "hi", { origin: { bridge: bridgeName("matrix"), id: "$1" } }),
			inbox,
		),
	);
	t.like(sent()[0], { type: "Create", actor: actorOf(host, alice) });
	t.is(sent()[0]?.object["id"], `${host.about.origin}/objects/${[...host.said.keys()][0]}`);
});

test("a reaction is a Like with its emoji, and is taken back with the whole Like", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const theirs = host.say(bob, host.timeline(jane), "x", {
		origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/1` },
	});
	const base = host.delivery(theirs, inbox);
	const { origin: _, ...ours } = { ...base, actor: jane, key: "🔥", reaction: "msg/usr/hash" };
	const result = await deliver({ ...ours, kind: "reaction", id: `${theirs.channel}/5` } as unknown as Delivery);
	const like = `${host.about.origin}/activities/${theirs.channel}-5`;
	t.deepEqual(result, { status: "delivered", ids: [like] });
	const older = `${host.about.origin}/activities/${theirs.channel}-2`;
	await deliver({
		...ours,
		kind: "unreaction",
		id: `${theirs.channel}/6`,
		remote: [older, like],
	} as unknown as Delivery);
	const [first, undo] = sent();
	t.like(first, {
		type: "Like",
		id: like,
		actor: actorOf(host, jane),
		object: `${bob.origin?.id}/1`,
		content: "🔥",
		_misskey_reaction: "🔥",
	});
	t.like(undo, { type: "Undo", id: `${host.about.origin}/activities/${theirs.channel}-6` });
	t.like(undo?.object, { type: "Like", id: like, object: `${bob.origin?.id}/1`, content: "🔥" });
});

test("when one of two emoji is withdrawn, the one that remains is sent again, under a new id", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const theirs = host.say(bob, host.timeline(bob), "theirs", {
		origin: { bridge: host.about.bridge, id: `${bob.origin?.id}/1` },
	});
	const { origin: _, ...ours } = { ...host.delivery(theirs, inbox), actor: jane };
	const blob = "https://here.example/blob.png";
	const unreaction = { ...ours, kind: "unreaction", key: "🔥", reaction: "r", remote: [], image: blob } as const;
	await deliver({ ...unreaction, id: `${theirs.channel}/6`, remaining: { key: "⭐" } } as unknown as Delivery);
	await deliver({
		...unreaction,
		id: `${theirs.channel}/7`,
		remaining: { key: "blob@here.example", image: blob },
	} as unknown as Delivery);
	const [undo, like, , custom] = sent();
	t.like(undo?.object, { type: "Like", content: ":🔥:" });
	const id = `${host.about.origin}/activities/${theirs.channel}-6-remaining`;
	t.like(like, { type: "Like", id, actor: actorOf(host, jane), object: `${bob.origin?.id}/1`, content: "⭐" });
	t.false("tag" in (like ?? {}));
	t.like(custom, { type: "Like", content: ":blob:", tag: [{ type: "Emoji", icon: { url: blob } }] });
});

test("we follow, take it back by the same id, and answer who follows us", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const place = host.timeline(jane);
	const base = {
		reach: { bridge: host.about.bridge, target: inbox, lane: "l" },
		at: 1,
		visibility: "broadcast",
		...place,
	} as const;
	await deliver({ ...base, kind: "join", id: "chn_x/3", actor: jane, owner: bob });
	await deliver({ ...base, kind: "leave", id: "chn_x/4", actor: jane, owner: bob, joined: "chn_x/3" });
	const request = { id: `${bob.origin?.id}/f/1`, type: "Follow", actor: bob.origin?.id, object: actorOf(host, jane) };
	await deliver({ ...base, kind: "answer", id: "chn_x/5", actor: jane, account: bob, accepted: true, request });
	const channel = host.channel(jane, "public");
	await deliver({
		...base,
		...channel,
		kind: "answer",
		id: "chn_x/6",
		actor: jane,
		account: bob,
		accepted: false,
		request,
	});
	const [follow, undo, accept, reject] = sent();
	t.like(follow, {
		type: "Follow",
		id: `${host.about.origin}/activities/chn_x-3-follow-${jane.id}`,
		actor: actorOf(host, jane),
		object: bob.origin?.id,
	});
	t.like(undo?.object, { type: "Follow", id: follow?.["id"] as string });
	t.like(accept, { type: "Accept", actor: actorOf(host, jane) });
	t.deepEqual(accept?.object as unknown, request);
	t.like(reject, { type: "Reject", actor: `${host.about.origin}/channels/${channel.channel.id}` });
});

test("a changed profile and the end of an account are told by the account itself", async (t) => {
	const { host, inbox, jane, bob, deliver, sent } = await open(t);
	const base = { reach: { bridge: host.about.bridge, target: inbox, lane: "l" }, at: 1, actor: jane };
	await deliver({ ...base, kind: "profile", id: `${jane.id}/2` });
	await deliver({ ...base, kind: "account-removal", id: `${jane.id}/3` });
	t.like(sent()[0], { type: "Update", actor: actorOf(host, jane) });
	t.like(sent()[0]?.object, { type: "Person", id: actorOf(host, jane), preferredUsername: "jane" });
	t.like(sent()[1], { type: "Delete", object: actorOf(host, jane) });
	t.like(await deliver({ ...base, kind: "profile", id: `${bob.id}/2`, actor: bob }), {
		status: "rejected",
		reason: "unsupported",
	});
});

test("what an inbox answers decides what happens next", async (t) => {
	const { peer, host, inbox, jane, deliver } = await open(t);
	const delivery = host.delivery(host.say(jane, host.timeline(jane), "x"), inbox);
	const after = async (status: number, headers: Record<string, string> = {}) => {
		peer.routes.set("/inbox", { status, headers });
		return deliver(delivery);
	};
	t.like(await after(200), { status: "delivered" });
	t.like(await after(410), { status: "rejected", reason: "gone" });
	t.like(await after(404), { status: "retry", missing: true });
	t.like(await after(400), { status: "rejected", reason: "invalid" });
	t.like(await after(403), { status: "rejected", reason: "forbidden" });
	for (const status of [401, 408, 500, 502, 302])
		t.deepEqual(await after(status), { status: "retry", reason: `HTTP ${status}` });
	t.deepEqual(await after(429, { "retry-after": "7" }), {
		status: "retry",
		reason: "HTTP 429",
		afterMs: 7000,
		lane: true,
	});
	const date = new Date(host.clock.now() + 60_000).toUTCString();
	const dated = await after(503, { "retry-after": date });
	t.like(dated, { status: "retry", lane: true });
	if (dated.status === "retry") t.true((dated.afterMs ?? 0) > 50_000 && (dated.afterMs ?? 0) <= 60_000);
	t.is(
		(await deliver({ ...delivery, reach: { ...delivery.reach, target: "http://127.0.0.1:1/inbox" } })).status,
		"retry",
	);
	t.like(await deliver({ ...delivery, reach: { ...delivery.reach, target: "http://127.0.0.1:1/inbox" } }), {
		lane: true,
	});
	t.like(await deliver({ ...delivery, reach: { ...delivery.reach, target: "http://10.0.0.1/inbox" } }), {
		status: "rejected",
		reason: "forbidden",
	});
	t.like(await deliver({ ...delivery, reach: { ...delivery.reach, target: "nowhere" } }), {
		status: "rejected",
		reason: "invalid",
	});
});

test("when the second of two activities fails, both are sent again under the same ids", async (t) => {
	const { peer, host, inbox, jane, deliver, sent } = await open(t);
	const delivery = host.delivery(host.say(jane, host.channel(jane, "discoverable"), "x"), inbox);
	let count = 0;
	peer.routes.set("/inbox", () => ({ status: ++count === 2 ? 500 : 202 }));
	t.like(await deliver(delivery), { status: "retry" });
	t.like(await deliver(delivery), { status: "delivered" });
	const ids = sent().map(({ id }) => id);
	t.deepEqual(ids.slice(0, 2), ids.slice(2));
});

test("nothing is sent in the name of an account without an actor: a person of another OFSCP provider", async (t) => {
	const { host, inbox, jane, deliver, posts } = await open(t);
	const sam = host.person("sam", { domain: "b.test", origin: { bridge: bridgeName("ofscp"), id: "usr_1@b.test" } });
	const memo = host.say(sam, host.timeline(jane), "from afar");
	t.like(await deliver(host.delivery(memo, inbox)), { status: "rejected", reason: "unsupported" });
	t.is(posts().length, 0);
});
