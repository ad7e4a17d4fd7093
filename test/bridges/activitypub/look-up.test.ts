import test, { type ExecutionContext } from "ava";
import { Unavailable } from "#core/errors.ts";
import { bridgeName } from "#core/ids.ts";
import type { Subject } from "#core/ports/bridge/resolvers.ts";
import activityPub from "../../../bridges/activitypub/index.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { type FediversePeer, startPeer } from "../../support/fediverse-peer.ts";
import { freePort } from "../../support/free-port.ts";

async function open(t: ExecutionContext) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const { person: lookUp } = bridge.resolvers;
	if (lookUp === "unsupported") throw new Error("people of the fediverse can be found");
	return { peer, host, bridge, lookUp, at: new URL(peer.origin).host };
}

const finger = (
	peer: FediversePeer,
	address: string,
	answer: { subject?: string; self?: string; status?: number; headers?: Record<string, string> },
) =>
	peer.routes.set(`/.well-known/webfinger?resource=${encodeURIComponent(`acct:${address}`)}`, {
		status: answer.status ?? 200,
		headers: { "content-type": "application/jrd+json", ...answer.headers },
		body: { subject: answer.subject, links: [{ rel: "self", type: "application/activity+json", href: answer.self }] },
	});

test("a person is found by handle, by id and by page, and is the same object each time", async (t) => {
	const { peer, lookUp, at } = await open(t);
	const bob = peer.actor("bob", {
		name: "Bob",
		summary: "<p>hi</p>",
		icon: [{ type: "Image", url: "https://x.example/a.png" }],
	});
	peer.routes.set("/@bob", { body: bob.document });
	const found = await lookUp(`@bob@${at}`);
	t.like(found, {
		id: bob.id,
		handle: "bob",
		domain: at,
		kind: "person",
		profile: { displayName: "Bob", bio: "<p>hi</p>", avatar: "https://x.example/a.png" },
		bridgeable: true,
	});
	t.is(await lookUp(bob.id), found);
	t.is(await lookUp(`${peer.origin}/@bob`), found);
	t.is(await lookUp(`acct:bob@${at}`), found);
});

test("a person's name is plain text, whatever is in it", async (t) => {
	const { peer, lookUp, at } = await open(t);
	for (const [n, name] of ["a<b", "<3", "Tom &amp; Co", "<b>Bob</b>"].entries()) {
		peer.actor(`p${n}`, { name });
		t.is((await lookUp(`p${n}@${at}`))?.profile.displayName, name);
	}
});

test("a reference to another network or to ourselves finds no one", async (t) => {
	const { peer, host, lookUp, at } = await open(t);
	const jane = host.person("jane");
	peer.routes.set("/note", { body: { id: `${peer.origin}/note`, type: "Note" } });
	for (const reference of [
		"jane",
		"@jane@localhost:8480",
		`${host.about.origin}/users/${jane.id}`,
		`nobody@${at}`,
		`${peer.origin}/note`,
		`${peer.origin}/none`,
		"@a:matrix.example",
		"",
		"javascript:alert(1)",
	]) {
		t.is(await lookUp(reference), undefined, reference);
	}
});

test("whether a person exists can't be said while their server is down", async (t) => {
	const { peer, lookUp, at } = await open(t);
	peer.routes.set("/down", { status: 502 });
	await t.throwsAsync(lookUp(`${peer.origin}/down`), { instanceOf: Unavailable });
	peer.routes.set("/.well-known/webfinger", { status: 503 });
	await t.throwsAsync(lookUp(`carol@${at}`), { instanceOf: Unavailable });
	for (const reference of [`carol@127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}/u/carol`])
		await t.throwsAsync(lookUp(reference), { instanceOf: Unavailable }, reference);
});

test("a handle counts only when domain and actor say so both", async (t) => {
	const { peer, lookUp, at } = await open(t);
	const bob = peer.actor("bob");
	finger(peer, `bob@${at}`, { subject: `acct:bob@${at}`, self: `${peer.origin}/u/another` });
	const found = await lookUp(bob.id);
	t.is(found?.domain, undefined);
	t.regex(found?.handle ?? "", /^bob_127\.0\.0\.1[-0-9]*$/);
});

test("a handle on another domain counts when that domain agrees", async (t) => {
	const { peer, lookUp, at } = await open(t);
	const other = await startPeer(t);
	const domain = new URL(other.origin).host;
	const bob = peer.actor("bob");
	const carl = peer.actor("carl");
	finger(peer, `bob@${at}`, { subject: `acct:Robert@${domain}`, self: bob.id });
	finger(other, `robert@${domain}`, { subject: `acct:robert@${domain}`, self: bob.id });
	finger(peer, `carl@${at}`, { subject: `acct:robert@${domain}`, self: carl.id });
	t.like(await lookUp(bob.id), { handle: "robert", domain });
	t.like(await lookUp(carl.id), { handle: "carl", domain: at });
});

test("a document that names another id is asked for by that id, once", async (t) => {
	const { peer, lookUp } = await open(t);
	const evil = await startPeer(t);
	const bob = peer.actor("bob");
	evil.routes.set("/fake", { body: { ...bob.document, name: "Mallory" } });
	t.is((await lookUp(`${evil.origin}/fake`))?.profile.displayName, "bob");
	evil.routes.set("/ping", { body: { ...bob.document, id: `${evil.origin}/pong` } });
	evil.routes.set("/pong", { body: { ...bob.document, id: `${evil.origin}/ping` } });
	t.is(await lookUp(`${evil.origin}/ping`), undefined);
	t.true(evil.asked.length <= 3);
});

test("a shared inbox of another host is not used, and consent is heard", async (t) => {
	const { peer, lookUp } = await open(t);
	const bob = peer.actor("bob", { endpoints: { sharedInbox: "https://victim.example/inbox" }, bridgeable: false });
	t.like(await lookUp(bob.id), { reach: { target: `${bob.id}/inbox` }, bridgeable: false });
	const ann = peer.actor("ann", { summary: "Please <b>#nobridge</b>", type: "Service" });
	t.like(await lookUp(ann.id), { bridgeable: false, kind: "service" });
});

test("an actor whom the core knows is not fetched again within a day", async (t) => {
	const { peer, host, lookUp, bridge } = await open(t);
	const bob = peer.actor("bob");
	host.person("bob", {
		domain: "proven.example",
		origin: { bridge: host.about.bridge, id: bob.id },
		profile: { displayName: "old" },
	});
	t.like(await lookUp(bob.id), { domain: "proven.example", handle: "bob", profile: { displayName: "bob" } });
	t.true(
		peer.asked.every(({ url }) => !url.startsWith("/.well-known")),
		"a proven handle is not proven again",
	);
	t.truthy(bridge);
});

test("every fetch of an object is signed by the provider itself", async (t) => {
	const { peer, host, lookUp } = await open(t);
	const bob = peer.actor("bob");
	await lookUp(bob.id);
	const fetched = peer.asked.find(({ url }) => url === "/u/bob");
	t.regex(String(fetched?.headers["signature"]), new RegExp(`keyId="${host.about.origin}/actor#main-key"`));
	t.regex(String(fetched?.headers.accept), /application\/activity\+json/);
});

test("a thing that has a page says where its other form is", (t) => {
	const host = createFakeHost("https://here.example");
	const bridge = activityPub.create({ enabled: true }, host);
	const jane = host.person("jane");
	const { alternate } = bridge.resolvers;
	if (alternate === "unsupported") throw new Error("our things have a representation in the fediverse");
	const urlOf = (subject: Subject) => alternate(subject)?.url;
	t.deepEqual(alternate({ account: jane }), {
		type: "application/activity+json",
		url: `https://here.example/users/${jane.id}`,
	});
	const place = host.channel(jane, "discoverable");
	const { channel } = place;
	t.is(urlOf({ channel }), `https://here.example/channels/${channel.id}`);
	t.is(urlOf({ channel: host.timeline(jane).channel }), `https://here.example/users/${jane.id}`, "its owner's");
	const local = host.say(jane, place, "ours");
	t.is(urlOf({ message: local, author: jane }), `https://here.example/objects/${local.id}`);

	const origin = { bridge: host.about.bridge, id: "https://there.example/u/bob", url: "https://there.example/@bob" };
	const bob = host.person("bob", { domain: "there.example", origin });
	t.is(urlOf({ account: bob }), origin.id, "a person of the fediverse has their actor at home");
	const remote = host.say(bob, place, "theirs", { origin: { ...origin, id: "https://there.example/n/1" } });
	t.is(urlOf({ message: remote, author: bob }), "https://there.example/n/1");

	const eve = host.person("eve", { domain: "ofscp.example", origin: { bridge: bridgeName("ofscp"), id: "eve" } });
	t.is(urlOf({ account: eve }), undefined, "a person of another provider has none that we know");
	t.is(urlOf({ message: host.say(eve, place, "hers"), author: eve }), undefined);
});
