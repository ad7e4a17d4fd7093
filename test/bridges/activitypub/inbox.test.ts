import { generateKeyPairSync } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import type { Account } from "#core/model/account.ts";
import activityPub from "../../../bridges/activitypub/index.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { type Answer, plainRequest, signedPost, startPeer } from "../../support/fediverse-peer.ts";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

async function open(t: ExecutionContext) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const jane = host.person("jane");
	const bob = peer.actor("bob");
	let count = 0;
	const id = () => `${peer.origin}/activities/${++count}`;
	const post = (activity: Record<string, unknown>, rest: Partial<Parameters<typeof signedPost>[0]> = {}) =>
		bridge.handle(
			signedPost({
				origin: host.about.origin,
				keyId: bob.keyId,
				body: { "@context": "https://www.w3.org/ns/activitystreams", id: id(), actor: bob.id, ...activity },
				...rest,
			}),
		);
	const note = (fields: Record<string, unknown> = {}) => ({
		id: `${peer.origin}/notes/${++count}`,
		type: "Note",
		attributedTo: bob.id,
		to: [PUBLIC],
		content: "<p>hello</p>",
		...fields,
	});
	const actorOf = (account: Account) => `${host.about.origin}/users/${account.id}`;
	const events = () => host.received.map(({ kind }) => kind);
	return { peer, host, bridge, jane, bob, post, note, id, actorOf, events };
}

test("a public note becomes a memo of its author, who is known by a proven handle", async (t) => {
	const { peer, host, bob, post, note } = await open(t);
	const object = note({
		inReplyTo: null,
		tag: { type: "Hashtag", name: "#Intro" },
		published: "2026-01-01T00:00:00Z",
		content: "<p>hi<script>alert(1)</script></p>",
	});
	t.is((await post({ type: "Create", object })).status, 202);
	const [event] = host.received;
	if (event?.kind !== "message") return t.fail();
	t.is(event.message, object.id);
	t.is(event.type, "memo");
	t.is(event.content.text, "<p>hi</p>");
	t.deepEqual(event.tags, ["intro"]);
	t.deepEqual(event.place, { kind: "timeline" });
	t.is(event.sender.id, bob.id);
	t.is(`${event.sender.handle}@${event.sender.domain}`, `bob@${new URL(peer.origin).host}`);
	t.like(event.sender.reach, { target: `${peer.origin}/inbox`, lane: `activitypub:${new URL(peer.origin).host}` });
});

test("non-public posts are ignored, however they are addressed", async (t) => {
	const { post, note, bob, events } = await open(t);
	for (const audience of [
		{ to: [`${bob.id}/followers`] },
		{ to: ["https://x.example/u/a"], cc: [] },
		{ to: undefined },
	]) {
		t.is((await post({ type: "Create", object: note(audience) })).status, 202);
	}
	t.deepEqual(events(), []);
	t.is((await post({ type: "Create", object: note({ to: "as:Public" }) })).status, 202);
	t.is((await post({ type: "Create", object: note({ to: [], cc: "Public" }) })).status, 202);
	t.deepEqual(events(), ["message", "message"]);
});

test("a reply names its parent, by our id where it is ours", async (t) => {
	const { host, jane, post, note, actorOf } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	await post({
		type: "Create",
		object: note({
			inReplyTo: `${host.about.origin}/objects/${memo.id}`,
			tag: [{ type: "Mention", href: actorOf(jane), name: "@jane" }],
		}),
	});
	await post({ type: "Create", object: note({ inReplyTo: "https://x.example/1" }) });
	t.like(host.received[0], { replyTo: { local: memo.id }, mentions: [jane.id] });
	t.like(host.received[1], { replyTo: { remote: "https://x.example/1" } });
});

test("an article keeps its title and summary; a note addressed to a channel is said there", async (t) => {
	const { host, jane, post, note } = await open(t);
	const { channel } = host.channel(jane, "discoverable");
	await post({
		type: "Create",
		object: note({
			type: "Article",
			name: "Title",
			summary: "<p>Short</p>",
			content: "<h2>Long</h2>",
			url: [{ type: "Link", href: "https://x.example/a", mediaType: "text/html" }],
		}),
	});
	await post({ type: "Create", object: note({ cc: [`${host.about.origin}/channels/${channel.id}`] }) });
	t.like(host.received[0], {
		type: "article",
		content: { title: "Title", summary: "Short", text: "<h2>Long</h2>" },
		url: "https://x.example/a",
	});
	t.like(host.received[1], { place: { kind: "channel", channel: channel.id } });
});

test("a post without content is read for what else is in it; one with nothing at all is accepted and ignored", async (t) => {
	const { host, post, note } = await open(t);
	for (const fields of [
		{ content: undefined, name: "A title" },
		{ content: undefined, name: "A title", inReplyTo: "https://x.example/1" },
		{ content: "", attachment: [{ type: "Image", url: "https://x.example/a.png" }] },
		{ content: undefined, type: "Page", name: "A link", url: "https://x.example/page" },
	]) {
		const before = host.received.length;
		t.is((await post({ type: "Create", object: note(fields) })).status, 202);
		t.is(host.received[before]?.kind, "message", JSON.stringify(fields));
	}
	const before = host.received.length;
	const empty = note({ content: "<p></p>" });
	t.is((await post({ type: "Create", object: empty })).status, 202);
	t.is(host.received.length, before);
	// An author who empties a post doesn't want its old text to be read.
	t.is((await post({ type: "Update", object: empty })).status, 202);
	t.like(host.received[before], {
		kind: "edit",
		content: { text: `<p><a href="${empty.id}" rel="noopener nofollow">${empty.id}</a></p>` },
	});
});

test("a message says when its sender wrote it", async (t) => {
	const { host, post, note } = await open(t);
	const time = Date.parse("2026-01-02T03:04:05Z");
	for (const [object, activity, publishedAt] of [
		[{ published: "2026-01-02T03:04:05Z" }, {}, time],
		[{ published: ["2026-01-02T04:04:05+01:00"] }, { published: "2026-05-05T00:00:00Z" }, time],
		[{}, { published: "2026-01-02T03:04:05.000Z" }, time],
		[{ published: "yesterday" }, {}, undefined],
		[{ published: null }, {}, undefined],
		[{ published: 5 }, {}, undefined],
		[{ published: 1_767_323_045_000 }, {}, undefined],
	] as const) {
		const before = host.received.length;
		await post({ type: "Create", object: note(object), ...activity });
		const event = host.received[before];
		t.is(event?.kind === "message" ? event.publishedAt : -1, publishedAt, JSON.stringify(object));
	}
});

test("follow, undo in full, undo by id, and block", async (t) => {
	const { host, jane, bob, post, id, actorOf } = await open(t);
	const follow = { id: id(), type: "Follow", actor: bob.id, object: actorOf(jane) };
	t.is((await post(follow)).status, 202);
	t.like(host.received[0], { kind: "join", id: follow.id, target: { kind: "account", account: jane.id } });
	t.like(host.received[0]?.raw as object, follow);
	await post({ type: "Undo", object: follow });
	await post({ type: "Undo", object: follow.id });
	await post({ type: "Block", object: actorOf(jane) });
	for (const event of host.received.slice(1))
		t.like(event, { kind: "leave", target: { kind: "account", account: jane.id } });
	t.is(host.received.length, 4);
});

test("the provider's own actor can't be followed", async (t) => {
	const { host, post, events } = await open(t);
	t.is((await post({ type: "Follow", object: `${host.about.origin}/actor` })).status, 202);
	t.deepEqual(events(), []);
});

test("an answer to a follow is understood inline, by our id, and by an id of its sender's server", async (t) => {
	const { host, peer, jane, bob, post, actorOf } = await open(t);
	const ours = `${host.about.origin}/activities/${jane.timeline}-3-follow-${jane.id}`;
	await post({
		type: "Accept",
		object: { type: "Follow", id: "https://bonfire.example/other", actor: actorOf(jane), object: bob.id },
	});
	await post({ type: "Accept", object: ours });
	await post({ type: "Accept", object: { id: ours } });
	await post({
		type: "Reject",
		object: { id: ours, type: ["Follow"], actor: [actorOf(jane)], object: { id: bob.id } },
	});
	const served = { id: `${peer.origin}/follows/1`, type: "Follow", actor: actorOf(jane), object: bob.id };
	peer.routes.set("/follows/1", { body: served });
	await post({ type: "Reject", object: served.id });
	const event = `${jane.timeline}/3`;
	const answers = host.received.map((e) => (e.kind === "answer" ? [e.account, e.accepted, e.join] : []));
	t.deepEqual(answers, [
		[jane.id, true, undefined],
		[jane.id, true, event],
		[jane.id, true, event],
		[jane.id, false, event],
		[jane.id, false, undefined],
	]);
});

test("an answer to anything but our follow of its sender is none to a follow", async (t) => {
	const { host, peer, jane, bob, post, actorOf, events } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	const note = `${host.about.origin}/objects/${memo.id}`;
	const pair = { actor: actorOf(jane), object: bob.id };
	peer.routes.set("/quotes/1", { body: { id: `${peer.origin}/quotes/1`, type: "QuoteRequest", ...pair } });
	const answered = [
		note,
		{ id: note },
		{ id: note, type: "Note", attributedTo: actorOf(jane) },
		`${host.about.origin}/activities/${jane.timeline}-3`,
		`${host.about.origin}/activities/${jane.timeline}-3-announce`,
		{ type: "ReplyRequest", ...pair, instrument: note },
		{ type: "LikeRequest", ...pair },
		{ type: "Create", ...pair },
		{ type: "Invite", ...pair },
		{ type: "Join", ...pair },
		{ type: "Follow", actor: actorOf(jane), object: "https://x.example/u/eve" },
		{ type: "Follow", actor: "https://x.example/u/eve", object: bob.id },
		"https://x.example/unknown",
		`${peer.origin}/unknown`,
		`${peer.origin}/quotes/1`,
		actorOf(jane),
	];
	for (const object of answered)
		for (const type of ["Accept", "Reject"])
			t.is((await post({ type, to: [actorOf(jane)], object })).status, 202, JSON.stringify(object));
	t.deepEqual(events(), []);
});

test("what is done to state is understood without an id, or with one that is no URL", async (t) => {
	const { host, jane, post, note, actorOf } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	const object = `${host.about.origin}/objects/${memo.id}`;
	for (const id of [undefined, null, "", 7, "follow", "urn:uuid:0", [], {}]) {
		const before = host.received.length;
		// A distinct text makes each of them another activity.
		const rest = { id, summary: String(before) };
		for (const activity of [
			{ type: "Follow", object: actorOf(jane) },
			{ type: "Like", object },
			{ type: "Undo", object: { type: "Like", object } },
			{ type: "Undo", object: { type: "Follow", object: actorOf(jane) } },
			{ type: "Update", object: note({ summary: "edited" }) },
		])
			t.is((await post({ ...activity, ...rest })).status, 202, JSON.stringify([id, activity.type]));
		const kinds = host.received.slice(before).map(({ kind }) => kind);
		t.deepEqual(kinds, ["join", "reaction", "unreaction", "leave", "edit"], JSON.stringify(id));
	}
});

test("an id that is used again names the newest follow when it is undone", async (t) => {
	const { host, jane, post, id, actorOf } = await open(t);
	const kim = host.person("kim");
	const reused = id();
	await post({ id: reused, type: "Follow", object: actorOf(jane) });
	host.received.length = 0;
	await post({ id: reused, type: "Follow", object: actorOf(kim) });
	await post({ type: "Undo", object: reused });
	t.like(host.received.at(-1), { kind: "leave", target: { account: kim.id }, joined: reused });
});

test("a description of a person that is older than the last one is ignored", async (t) => {
	const { host, bob, post } = await open(t);
	host.person("bob", { domain: new URL(bob.id).host, origin: { bridge: host.about.bridge, id: bob.id } });
	const describe = (name: string, updated?: string) =>
		post({ type: "Update", object: { ...bob.document, name, updated } });
	const names = () => host.received.map(({ sender }) => sender.profile.displayName);
	await describe("Second", "2026-01-02T00:00:00Z");
	await describe("First", "2026-01-01T00:00:00Z");
	await describe("Second, again", "2026-01-02T00:00:00Z");
	await describe("Undated");
	t.deepEqual(names(), ["Second", "Second, again", "Undated"]);
	await post({ type: "Update", updated: "2025-01-01T00:00:00Z", object: { ...bob.document, name: "By the activity" } });
	t.is(names().length, 3);
});

test("times of activities and texts are read where they are given", async (t) => {
	const { host, jane, post, note, actorOf } = await open(t);
	const published = "2026-01-01T00:00:00Z";
	const updated = "2026-01-02T00:00:00.5Z";
	await post({ type: "Follow", object: actorOf(jane), published });
	await post({ type: "Undo", object: { type: "Follow", object: actorOf(jane), published }, published: updated });
	await post({ type: "Create", published, object: note({ published }) });
	await post({ type: "Create", object: note({ published, updated }) });
	await post({ type: "Update", published: updated, object: note({ published, updated: published }) });
	await post({ type: "Update", published: updated, object: note({ published }) });
	await post({ type: "Update", published: "yesterday", object: note({ updated: 5 }) });
	const [early, late] = [Date.parse(published), Date.parse(updated)];
	t.deepEqual(
		host.received.map(({ at }) => at),
		[early, late, undefined, late, early, late, undefined],
	);
});

test("likes and emoji reactions come in, and are taken back in full or by id", async (t) => {
	const { host, jane, bob, post, id } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	const object = `${host.about.origin}/objects/${memo.id}`;
	const like = { id: id(), type: "Like", actor: bob.id, object };
	await post(like);
	await post({ type: "EmojiReact", object, content: "🔥" });
	await post({
		type: "Like",
		object: [{ id: object }],
		content: ":blob:",
		tag: { type: "Emoji", name: ":blob:", icon: { url: "https://x.example/blob.png" } },
	});
	await post({ type: "Undo", object: like });
	await post({ type: "Undo", object: like.id });
	await post({ type: "Dislike", object });
	t.like(host.received[0], { kind: "reaction", reaction: like.id, key: "⭐", target: { local: memo.id } });
	t.like(host.received[1], { kind: "reaction", key: "🔥" });
	t.like(host.received[2], { kind: "reaction", image: "https://x.example/blob.png" });
	t.like(host.received[3], { kind: "unreaction", reaction: like.id, target: { local: memo.id }, key: "⭐" });
	t.like(host.received[4], { kind: "unreaction", reaction: like.id });
	t.is(host.received.length, 5);
});

test("a like with a remark is a like, and an undo that embeds only an id and a type is one by id", async (t) => {
	const { host, jane, post, id } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	const object = `${host.about.origin}/objects/${memo.id}`;
	const like = id();
	t.is((await post({ id: like, type: "Like", object, content: "I could not agree more. ".repeat(20) })).status, 202);
	t.like(host.received[0], { kind: "reaction", key: "⭐" });
	t.is((await post({ type: "Undo", object: { id: like, type: "Like" } })).status, 202);
	t.like(host.received[1], { kind: "unreaction", reaction: like });
});

test("a post that is attributed to a group and names its writer as actor is the writer's", async (t) => {
	const { peer, host, bob, post, note } = await open(t);
	const fields = { type: "Event", attributedTo: `${peer.origin}/groups/walkers`, name: "A walk" };
	t.is((await post({ type: "Create", object: note({ ...fields, actor: bob.id }) })).status, 202);
	t.like(host.received[0], { kind: "message", sender: { id: bob.id } });
	t.is((await post({ type: "Create", object: note(fields) })).status, 403);
});

test("an edit and a deletion name what they change; a deletion of oneself is the end of an account", async (t) => {
	const { host, bob, post, note } = await open(t);
	const object = note();
	await post({ type: "Update", object: { ...object, content: "<p>changed</p>", updated: "2026-02-02T00:00:00Z" } });
	await post({ type: "Delete", object: { id: object.id, type: "Tombstone" } });
	t.like(host.received[0], { kind: "edit", target: { remote: object.id }, content: { text: "<p>changed</p>" } });
	t.like(host.received[1], { kind: "removal", target: { remote: object.id } });
	t.is((await post({ type: "Delete", object: bob.id })).status, 202);
	t.is(host.received.length, 2, "of a stranger it is no news");
	host.person("bob", { domain: new URL(bob.id).host, origin: { bridge: host.about.bridge, id: bob.id } });
	await post({ type: "Delete", object: bob.id });
	t.like(host.received[2], { kind: "gone", sender: { id: bob.id } });
});

test("a changed profile is taken from the signer's own description", async (t) => {
	const { host, bob, post, note } = await open(t);
	await post({ type: "Create", object: note() });
	host.person("bob", { domain: new URL(bob.id).host, origin: { bridge: host.about.bridge, id: bob.id } });
	await post({ type: "Update", object: { ...bob.document, name: "Robert", summary: "<p>no bridges #NoBridge</p>" } });
	t.like(host.received[1], { kind: "profile", sender: { profile: { displayName: "Robert" }, bridgeable: false } });
});

test("a changed profile that is only named is read from its server", async (t) => {
	const { peer, host, bob, post } = await open(t);
	host.person("bob", { domain: "x", origin: { bridge: host.about.bridge, id: bob.id } });
	await post({ type: "Like", object: "https://x.example/1" });
	peer.actor("bob", { name: "Bobby" });
	await post({ type: "Update", object: bob.id });
	t.like(host.received[1], { kind: "profile", sender: { profile: { displayName: "Bobby" } } });
});

test("a sender whose handle can't be proven now is asked to wait, and not for ever", async (t) => {
	const { peer, host, bob, post, note } = await open(t);
	peer.routes.set("/.well-known/webfinger", { status: 500 });
	for (const path of peer.routes.keys()) if (path.includes("webfinger?")) peer.routes.delete(path);
	const statuses: number[] = [];
	for (let n = 0; n < 3; n++) statuses.push((await post({ type: "Create", object: note() })).status);
	t.deepEqual([statuses[0], statuses[2]], [503, 202]);
	t.is(host.received[0]?.sender.id, bob.id);
	t.is(host.received[0]?.sender.domain, undefined);
});

test("an object that is only named is fetched from its origin, signed by the instance", async (t) => {
	const { peer, host, post, note } = await open(t);
	const object = note();
	peer.routes.set(new URL(object.id).pathname, { body: object });
	t.is((await post({ type: "Create", object: object.id })).status, 202);
	t.like(host.received[0], { kind: "message", message: object.id });
	const fetched = peer.asked.find(({ url }) => url === new URL(object.id).pathname);
	t.true(String(fetched?.headers["signature"]).includes(`keyId="${host.about.origin}/actor#main-key"`));
});

test("a document with an unknown context is normalised, and nothing is fetched for it", async (t) => {
	const { peer, host, post, note } = await open(t);
	const before = peer.asked.length;
	const context = [
		"https://www.w3.org/ns/activitystreams",
		`${peer.origin}/contexts/own.jsonld`,
		{ as: "https://www.w3.org/ns/activitystreams#" },
	];
	const object = note({ "as:summary": "careful" });
	t.is((await post({ "@context": context, type: "Create", object })).status, 202);
	t.like(host.received[0], {
		kind: "message",
		message: object.id,
		warning: "careful",
		content: { text: "<p>hello</p>" },
	});
	t.false(peer.asked.slice(before).some(({ url }) => url.startsWith("/contexts")));
});

test("a warm sender costs no read of the store", async (t) => {
	const { host, post, note } = await open(t);
	await post({ type: "Create", object: note() });
	const { reads } = host;
	await post({ type: "Create", object: note() });
	t.is(host.received.length, 2);
	t.is(host.reads, reads);
});

test("the same request twice has one effect", async (t) => {
	const { host, bob, bridge, note, id } = await open(t);
	const request = () =>
		signedPost({
			origin: host.about.origin,
			keyId: bob.keyId,
			body: { id: activity, type: "Create", actor: bob.id, object },
			date,
		});
	const activity = id();
	const object = note();
	const date = new Date();
	t.is((await bridge.handle(request())).status, 202);
	t.is((await bridge.handle(request())).status, 202);
	t.is(host.received.length, 1);
});

test("of several types of an activity the one that is understood decides; known and unknown others are dropped", async (t) => {
	const { host, post, note } = await open(t);
	t.is((await post({ type: ["Flag", "Create", "https://other.example/Thing"], object: note() })).status, 202);
	t.deepEqual(
		host.received.map(({ kind }) => kind),
		["message"],
	);
	for (const type of ["Flag", "Announce", "Sing", ["Move", "Sing"]])
		t.is((await post({ type, object: note() })).status, 202, String(type));
	t.is(host.received.length, 1);
	t.is((await post({ type: [], object: note() })).status, 400);
});

test("what the core refuses is answered 403, what does not concern it 202", async (t) => {
	const { host, post, note } = await open(t);
	host.answer = { status: "ignored", reason: "not-allowed" };
	t.is((await post({ type: "Create", object: note() })).status, 403);
	host.answer = { status: "ignored", reason: "unknown-place" };
	t.is((await post({ type: "Create", object: note() })).status, 202);
});

test("personal inboxes exist for actors only", async (t) => {
	const { host, jane, post, note } = await open(t);
	const { channel } = host.channel(jane, "group", "closed");
	t.is((await post({ type: "Create", object: note() }, { path: `/users/${jane.id}/inbox` })).status, 202);
	t.is(
		(await post({ type: "Create", object: note() }, { path: `/users/usr_00000000000000000000000000/inbox` })).status,
		404,
	);
	t.is((await post({ type: "Create", object: note() }, { path: `/channels/${channel.id}/inbox` })).status, 404);
	const gone = host.person("gone", { deletedAt: 1 });
	t.is((await post({ type: "Create", object: note() }, { path: `/users/${gone.id}/inbox` })).status, 410);
});

test("a transient trouble of the sender's server is 503, so that they try again", async (t) => {
	const { peer, post, note } = await open(t);
	await post({ type: "Create", object: note() });
	const object = note();
	peer.routes.set(new URL(object.id).pathname, { status: 500 });
	const answer = await post({ type: "Create", object: object.id });
	t.is(answer.status, 503);
	t.truthy(answer.headers?.["retry-after"]);
});

test("a key that can't be fetched now is 503, so that they try again, and one that is wrong, missing or refused is 401", async (t) => {
	const { peer, host, bridge, jane, actorOf } = await open(t);
	const send = (name: string) => {
		const { keyId, id } = peer.actor(name);
		return { keyId, body: { id: `${id}#1`, actor: id, type: "Follow", object: actorOf(jane) } };
	};
	const statusAfter = async (name: string, answer: Answer) => {
		const signed = send(name);
		peer.routes.set(`/u/${name}`, answer);
		return bridge.handle(signedPost({ origin: host.about.origin, ...signed }));
	};
	for (const status of [408, 429, 500, 502, 503, 504]) {
		const { status: answered, headers } = await statusAfter(`later${status}`, { status });
		t.deepEqual([answered, headers?.["retry-after"]], [503, "60"], String(status));
	}
	for (const status of [400, 401, 403, 404, 410])
		t.is((await statusAfter(`refused${status}`, { status })).status, 401, String(status));
	const { document } = peer.actor("other");
	t.is((await statusAfter("wrong", { body: document })).status, 401);
	t.is((await statusAfter("none", { body: { ...document, publicKey: undefined } })).status, 401);
	t.is((await statusAfter("html", { body: "<p>hello</p>", headers: { "content-type": "text/html" } })).status, 401);

	const down = await startPeer(t);
	const away = down.actor("away");
	const body = { id: `${away.id}#1`, actor: away.id, type: "Follow", object: actorOf(jane) };
	const unreachable = new URL(down.origin);
	unreachable.port = "1";
	const keyId = away.keyId.replace(down.origin, unreachable.origin);
	const { status } = await bridge.handle(signedPost({ origin: host.about.origin, keyId, body }));
	t.is(status, 503, "nothing answers there");
});

test("a signature that the known key does not fit is 503 while the key can't be fetched again, and then counts", async (t) => {
	const { peer, host, bridge, bob, post, id, jane, actorOf } = await open(t);
	await post({ type: "Follow", object: actorOf(jane) });
	const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const publicKeyPem = publicKey.export({ type: "spki", format: "pem" });
	const again = () => {
		const body = { id: id(), actor: bob.id, type: "Like", object: "https://x.example/1" };
		return bridge.handle(
			signedPost({
				origin: host.about.origin,
				keyId: bob.keyId,
				key: privateKey,
				date: new Date(host.clock.time),
				body,
			}),
		);
	};
	peer.routes.set("/u/bob", { status: 502 });
	host.clock.time += 61_000;
	t.is((await again()).status, 503);
	t.is((await again()).status, 503, "also when it is not asked for again at once");
	peer.actor("bob", { publicKey: { id: bob.keyId, owner: bob.id, publicKeyPem } });
	host.clock.time += 61_000;
	t.is((await again()).status, 202);
});

test("two hundred new people of one host who like a memo at once are all counted", async (t) => {
	const { peer, host, bridge, jane } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	const object = `${host.about.origin}/objects/${memo.id}`;
	const statuses = await Promise.all(
		Array.from({ length: 200 }, (_, n) => {
			const { id: actor, keyId } = peer.actor(`fan${n}`);
			const body = { id: `${actor}#like`, actor, type: "Like", object };
			return bridge.handle(signedPost({ origin: host.about.origin, keyId, body })).then(({ status }) => status);
		}),
	);
	t.deepEqual([...new Set(statuses)], [202]);
	t.is(host.received.length, 200);
	t.true(
		host.received.every(({ sender }) => sender.domain !== undefined),
		"all with their proven handles",
	);
});

test("the farewell of an account that is gone with its key is accepted, and its own server is asked", async (t) => {
	const { peer, host, bob, post } = await open(t);
	host.person("bob", { domain: "x", origin: { bridge: host.about.bridge, id: bob.id } });
	peer.routes.set("/u/bob", { status: 410 });
	t.is((await post({ type: "Delete", object: bob.id })).status, 202);
	t.like(host.received[0], { kind: "gone", sender: { id: bob.id } });
	t.is((await post({ type: "Create", object: { id: `${peer.origin}/n`, type: "Note" } })).status, 401);
	t.is(host.received.length, 1);
});

test("only POST, only JSON", async (t) => {
	const { bridge, post, note } = await open(t);
	t.is((await bridge.handle(plainRequest("GET", "/inbox"))).status, 405);
	t.is((await bridge.handle(plainRequest("PUT", "/inbox"))).status, 405);
	t.is((await post({ type: "Create", object: note() }, { contentType: "text/plain" })).status, 415);
	t.is(
		(
			await post(
				{ type: "Create", object: note() },
				{ contentType: 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"' },
			)
		).status,
		202,
	);
});
