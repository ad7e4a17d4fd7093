import { generateKeyPairSync } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import activityPub from "../../../bridges/activitypub/index.ts";
import { textOf } from "../../support/answer-text.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { peerPem, plainRequest, type SignedPost, signedPost, startPeer } from "../../support/fediverse-peer.ts";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";
const stranger = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

async function open(t: ExecutionContext) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const jane = host.person("jane");
	const bob = peer.actor("bob");
	const activity = (fields: Record<string, unknown> = {}) => ({
		id: `${peer.origin}/activities/1`,
		type: "Create",
		actor: bob.id,
		object: { id: `${peer.origin}/notes/1`, type: "Note", attributedTo: bob.id, to: [PUBLIC], content: "<p>hello</p>" },
		...fields,
	});
	/** Posts, and fails unless the answer is this one and nothing came of it. */
	const refused = async (status: number, post: Partial<SignedPost> = {}) => {
		const answer = await bridge.handle(
			signedPost({ origin: host.about.origin, keyId: bob.keyId, body: activity(), ...post }),
		);
		t.is(answer.status, status, textOf(answer));
		t.deepEqual(host.received, []);
	};
	return { peer, host, bridge, jane, bob, activity, refused };
}

test("no signature", async (t) => {
	const { bridge, host, activity } = await open(t);
	const answer = await bridge.handle(
		plainRequest(
			"POST",
			"/inbox",
			{ "content-type": "application/activity+json", host: "localhost:8480" },
			JSON.stringify(activity()),
		),
	);
	t.is(answer.status, 401);
	t.deepEqual(host.received, []);
});

test("a signature over too few headers", async (t) => {
	const { refused } = await open(t);
	await refused(401, { covered: ["date"] });
	await refused(401, { covered: ["(request-target)", "host", "date"] });
	await refused(401, { covered: ["(request-target)", "date", "digest"] });
	await refused(401, { covered: ["host", "date", "digest"] });
});

test("an expired signature, and one from the future", async (t) => {
	const { refused } = await open(t);
	await refused(401, { date: new Date(Date.now() - 13 * 3_600_000) });
	await refused(401, { date: new Date(Date.now() + 13 * 3_600_000) });
});

test("a body that differs from its digest", async (t) => {
	const { refused, activity } = await open(t);
	await refused(401, { sent: JSON.stringify(activity({ id: "https://other.example/1" })) });
});

test("another key than the one that is named", async (t) => {
	const { refused } = await open(t);
	await refused(401, { key: stranger });
});

test("an activity in the name of another actor than the signer", async (t) => {
	const { peer, refused, activity } = await open(t);
	const alice = peer.actor("alice");
	await refused(401, { body: activity({ actor: alice.id }) });
	await refused(401, { body: activity({ actor: "https://elsewhere.example/u/x" }) });
});

test("an activity in the name of one of ours", async (t) => {
	const { host, jane, refused, activity } = await open(t);
	await refused(401, { body: activity({ actor: `${host.about.origin}/users/${jane.id}` }) });
});

test("not JSON, not an object, too deep, too many values, with keys that reach into prototypes", async (t) => {
	const { refused, activity } = await open(t);
	await refused(400, { body: "{nope" });
	await refused(400, { body: "[]" });
	await refused(400, { body: "null" });
	await refused(400, { body: `{"a":${"[".repeat(100)}${"]".repeat(100)}}` });
	await refused(400, { body: activity({ a: Array.from({ length: 20_000 }, () => 1) }) });
	await refused(400, { body: `{"__proto__":{"isAdmin":true}}` });
	await refused(400, { body: `{"a":[{"constructor":{}}]}` });
	await refused(400, { body: activity({ "@graph": [] }) });
});

test("a body that is too big", async (t) => {
	const { refused, activity } = await open(t);
	await refused(413, { body: activity({ a: "x".repeat(1024 * 1024) }) });
});

test("no type, no actor, no object", async (t) => {
	const { refused, activity } = await open(t);
	await refused(400, { body: activity({ type: undefined }) });
	await refused(400, { body: activity({ actor: undefined }) });
	await refused(400, { body: activity({ object: undefined }) });
	await refused(400, { body: activity({ type: "Like", object: 7 }) });
});

test("an unknown type of activity or object is accepted and dropped", async (t) => {
	const { refused, activity, peer } = await open(t);
	await refused(202, { body: activity({ type: "Travel" }) });
	await refused(202, { body: activity({ object: { id: `${peer.origin}/n/1`, type: "Spaceship", to: [PUBLIC] } }) });
});

test("an activity whose id is of another origin than its actor", async (t) => {
	const { refused, activity } = await open(t);
	await refused(403, { body: activity({ id: "https://elsewhere.example/1" }) });
});

test("an Update of a local actor or of a local message from outside", async (t) => {
	const { host, jane, bob, refused, activity } = await open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	await refused(403, {
		body: activity({
			type: "Update",
			object: { id: `${host.about.origin}/users/${jane.id}`, type: "Person", name: "Mallory", attributedTo: bob.id },
		}),
	});
	await refused(403, {
		body: activity({
			type: "Update",
			object: { id: `${host.about.origin}/objects/${memo.id}`, type: "Note", attributedTo: bob.id, to: [PUBLIC] },
		}),
	});
	await refused(403, { body: activity({ type: "Delete", object: `${host.about.origin}/objects/${memo.id}` }) });
	await refused(403, {
		body: activity({
			type: "Create",
			object: { id: `${host.about.origin}/objects/${memo.id}`, type: "Note", to: [PUBLIC] },
		}),
	});
});

test("an Update of another actor of the same server", async (t) => {
	const { peer, refused, activity } = await open(t);
	const alice = peer.actor("alice");
	await refused(403, { body: activity({ type: "Update", object: { ...alice.document, name: "Mallory" } }) });
});

test("an embedded object of a foreign origin, and one attributed to another actor", async (t) => {
	const { peer, bob, refused, activity } = await open(t);
	const foreign = {
		id: "https://elsewhere.example/n/1",
		type: "Note",
		attributedTo: bob.id,
		to: [PUBLIC],
		content: "x",
	};
	for (const type of ["Create", "Update", "Delete"]) await refused(403, { body: activity({ type, object: foreign }) });
	await refused(403, {
		body: activity({ object: { ...foreign, id: `${peer.origin}/n/1`, attributedTo: "https://elsewhere.example/u/x" } }),
	});
});

test("undoing another actor's activity", async (t) => {
	const { peer, host, jane, refused, activity } = await open(t);
	const follow = {
		id: `${peer.origin}/f`,
		type: "Follow",
		actor: `${peer.origin}/u/alice`,
		object: `${host.about.origin}/users/${jane.id}`,
	};
	await refused(403, { body: activity({ type: "Undo", object: follow }) });
});

test("a key document that claims another's id, wherever that is", async (t) => {
	const { peer, bob, refused, activity } = await open(t);
	const evil = await startPeer(t);
	// Another origin, with the victim's id in the document.
	evil.routes.set("/key", { body: { id: bob.keyId, owner: bob.id, publicKeyPem: peerPem } });
	await refused(401, { keyId: `${evil.origin}/key` });
	evil.routes.set("/actor", { body: { ...bob.document } });
	await refused(401, { keyId: `${evil.origin}/actor#main-key` });
	evil.routes.set("/own", { body: { id: `${evil.origin}/own`, owner: bob.id, publicKeyPem: peerPem } });
	await refused(401, { keyId: `${evil.origin}/own` });
	// The same origin, where somebody could publish a document of their own: the actor has to name the key too.
	peer.routes.set("/uploads/key", { body: { id: `${peer.origin}/uploads/key`, owner: bob.id, publicKeyPem: peerPem } });
	await refused(401, { keyId: `${peer.origin}/uploads/key`, body: activity() });
	peer.routes.set("/uploads/actor", {
		body: { id: bob.id, publicKey: { id: `${peer.origin}/uploads/actor`, owner: bob.id, publicKeyPem: peerPem } },
	});
	await refused(401, { keyId: `${peer.origin}/uploads/actor`, body: activity() });
});

test("a key that redirects to another origin", async (t) => {
	const { peer, bob, refused } = await open(t);
	const evil = await startPeer(t);
	evil.actor("bob");
	peer.routes.set("/u/bob", { status: 302, headers: { location: `${evil.origin}/u/bob` } });
	await refused(401, { keyId: bob.keyId });
});

test("a document that is served as no ActivityPub type is no key", async (t) => {
	const { peer, bob, refused } = await open(t);
	peer.routes.set("/u/bob", { headers: { "content-type": "application/json" }, body: bob.document });
	await refused(401);
});

test("an object that was embedded once is not believed as a key later", async (t) => {
	const { peer, bob, activity, bridge, host } = await open(t);
	const victim = await startPeer(t);
	const alice = victim.actor("alice");
	victim.routes.set("/u/alice", { status: 404 });
	const poison = { ...alice.document, publicKey: { id: alice.keyId, owner: alice.id, publicKeyPem: peerPem } };
	await bridge.handle(
		signedPost({ origin: host.about.origin, keyId: bob.keyId, body: activity({ type: "Like", object: poison }) }),
	);
	host.received.length = 0;
	const forged = { ...activity({ actor: alice.id }), id: `${victim.origin}/1` };
	t.is((await bridge.handle(signedPost({ origin: host.about.origin, keyId: alice.keyId, body: forged }))).status, 401);
	t.deepEqual(host.received, []);
	t.true(peer.asked.length > 0);
});

test("a redirect loop, a hanging number of redirects and a key on our own origin end at once", async (t) => {
	const { peer, host, jane, refused } = await open(t);
	peer.routes.set("/loop", { status: 302, headers: { location: "/loop" } });
	await refused(401, { keyId: `${peer.origin}/loop` });
	t.is(peer.asked.filter(({ url }) => url === "/loop").length, 4);
	await refused(401, { keyId: `${host.about.origin}/users/${jane.id}#main-key` });
	await refused(401, { keyId: "not a url" });
});

test("a key is asked for once, however many requests wait for it, and its absence is remembered", async (t) => {
	const { peer, bob, activity, bridge, host } = await open(t);
	const post = (n: number, keyId = bob.keyId) =>
		bridge.handle(signedPost({ origin: host.about.origin, keyId, body: activity({ id: `${peer.origin}/a/${n}` }) }));
	const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => post(n)));
	t.true(answers.every(({ status }) => status === 202));
	t.is(peer.asked.filter(({ url }) => url === "/u/bob").length, 1);
	for (let n = 0; n < 5; n++) t.is((await post(n, `${peer.origin}/u/none#main-key`)).status, 401);
	t.is(peer.asked.filter(({ url }) => url === "/u/none").length, 1);
});

test("keys as documents of their own are understood in each of their forms", async (t) => {
	const { peer, host, bridge, activity } = await open(t);
	const id = `${peer.origin}/u/gts`;
	const keyId = `${id}/main-key`;
	const key = { id: keyId, owner: id, publicKeyPem: peerPem };
	peer.actor("gts", { publicKey: key });
	// GoToSocial: the actor's id, no type. Others: the key's id and its owner.
	for (const [n, body] of [{ id, preferredUsername: "gts", publicKey: key }, key].entries()) {
		peer.routes.set("/u/gts/main-key", { body });
		const fresh = activityPub.create({ enabled: true }, host);
		t.is(
			(
				await fresh.handle(
					signedPost({
						origin: host.about.origin,
						keyId,
						body: activity({
							actor: id,
							id: `${peer.origin}/k/${n}`,
							type: "Like",
							object: `${host.about.origin}/objects/x`,
						}),
					}),
				)
			).status,
			202,
		);
	}
	t.is(host.received.length, 2);
	t.truthy(bridge);
});

test("hostile values where something else is expected never make a 5xx", async (t) => {
	const { peer, host, bob, activity, bridge } = await open(t);
	const odd = [
		null,
		7,
		"",
		[],
		{},
		[[]],
		[null],
		{ id: 7 },
		"javascript:alert(1)",
		"https://",
		{ type: ["Note", 3], id: `${peer.origin}/n` },
		"\ud800",
	];
	let n = 0;
	for (const type of [
		"Create",
		"Update",
		"Delete",
		"Follow",
		"Accept",
		"Reject",
		"Undo",
		"Like",
		"EmojiReact",
		"Block",
	]) {
		for (const value of odd) {
			for (const field of ["object", "actor", "id", "to", "tag", "content", "published"]) {
				const body = activity({ id: `${peer.origin}/odd/${n++}`, type, [field]: value });
				const { status } = await bridge.handle(signedPost({ origin: host.about.origin, keyId: bob.keyId, body }));
				t.true(
					status === 202 || (status >= 400 && status < 500),
					`${type} ${field} ${JSON.stringify(value)}: ${status}`,
				);
			}
		}
		for (const field of [
			"tag",
			"attachment",
			"url",
			"content",
			"contentMap",
			"name",
			"summary",
			"inReplyTo",
			"oneOf",
			"icon",
		]) {
			for (const value of odd) {
				const object = { ...activity().object, id: `${peer.origin}/odd/${n++}`, [field]: value };
				const { status } = await bridge.handle(
					signedPost({
						origin: host.about.origin,
						keyId: bob.keyId,
						body: activity({ id: `${peer.origin}/odd/${n++}`, type, object }),
					}),
				);
				t.true(
					status === 202 || (status >= 400 && status < 500),
					`${type} object.${field} ${JSON.stringify(value)}: ${status}`,
				);
			}
		}
	}
});
