import test, { type ExecutionContext } from "ava";
import { Unavailable } from "#core/errors.ts";
import activityPub from "../../../bridges/activitypub/index.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { startPeer } from "../../support/fediverse-peer.ts";

const PUBLIC = "https://www.w3.org/ns/activitystreams#Public";

async function open(t: ExecutionContext) {
	const peer = await startPeer(t);
	const host = createFakeHost("http://localhost:8480");
	t.teardown(() => host.http.close());
	const { message: read } = activityPub.create({ enabled: true }, host).resolvers;
	if (read === "unsupported") throw new Error("messages of the fediverse can be read");
	const bob = peer.actor("bob", { followers: `${peer.origin}/u/bob/followers` });
	const publish = (path: string, fields: Record<string, unknown> = {}) => {
		const id = `${peer.origin}${path}`;
		const note = { id, type: "Note", attributedTo: bob.id, to: [PUBLIC], content: "<p>hello</p>", ...fields };
		peer.routes.set(path, { body: note });
		return id;
	};
	return { peer, host, read, bob, publish };
}

test("a message is read from its own server, with its author, its parent and its place", async (t) => {
	const { peer, host, read, bob, publish } = await open(t);
	const { channel } = host.channel(host.person("jane"), "discoverable");
	const parent = `${peer.origin}/notes/0`;
	const id = publish("/notes/1", { inReplyTo: parent });
	t.like(await read(id), {
		kind: "message",
		id,
		message: id,
		sender: { id: bob.id, handle: "bob" },
		replyTo: { remote: parent },
		place: { kind: "timeline" },
		content: { text: "<p>hello</p>" },
	});
	const followersOnly = publish("/notes/2", { to: [`${bob.id}/followers`] });
	t.deepEqual((await read(followersOnly))?.place, { kind: "followers" });
	const inChannel = publish("/notes/3", { audience: `${host.about.origin}/channels/${channel.id}` });
	const found = await read(inChannel);
	t.deepEqual(found?.place, { kind: "channel", channel: channel.id });
	// A channel passes on an activity, not a bare object.
	t.like(found?.raw as object, { type: "Create", actor: bob.id, object: { id: inChannel } });
});

test("a page leads to the message, which has its own id", async (t) => {
	const { peer, read, publish } = await open(t);
	const id = publish("/notes/1");
	peer.routes.set("/@bob/1", { body: { id, type: "Note" } });
	peer.routes.set("/old", { status: 301, headers: { location: `${peer.origin}/notes/1` } });
	t.is((await read(`${peer.origin}/@bob/1`))?.message, id);
	t.is((await read(`${peer.origin}/old`))?.message, id);
});

test("what is no message for us is not read", async (t) => {
	const { peer, host, read, bob, publish } = await open(t);
	peer.routes.set("/gone", { status: 410 });
	peer.routes.set("/html", { headers: { "content-type": "text/html" }, body: "<p>hi</p>" });
	for (const url of [
		`${peer.origin}/none`,
		`${peer.origin}/gone`,
		`${peer.origin}/html`,
		`${host.about.origin}/objects/msg_00000000000000000000000000`,
		"tag:example.org,2026:1",
		bob.id,
		publish("/direct", { to: ["https://x.example/u/a"] }),
		publish("/activity", { type: "Create" }),
		publish("/orphan", { attributedTo: [] }),
		publish("/foreign", { attributedTo: "https://other.example/u/bob" }),
		publish("/vote", { to: [bob.id], content: undefined, name: "yes", inReplyTo: "https://x.example/poll" }),
	]) {
		t.is(await read(url), undefined, url);
	}
	// Nor what another server says about it.
	publish("/elsewhere", { id: "https://other.example/notes/1" });
	t.is(await read(`${peer.origin}/elsewhere`).catch(() => undefined), undefined);
});

test("a message, or its absence, is asked for once; a server that can't answer now is asked again", async (t) => {
	const { peer, read, publish } = await open(t);
	const asked = (path: string) => peer.asked.filter(({ url }) => url === path).length;
	const id = publish("/notes/1");
	t.is(await read(id), await read(id));
	t.is(asked("/notes/1"), 1);
	for (let n = 0; n < 3; n++) await read(`${peer.origin}/none`);
	t.is(asked("/none"), 1);
	for (const status of [500, 503, 429, 408]) {
		peer.routes.set("/busy", { status });
		await t.throwsAsync(read(`${peer.origin}/busy`), { instanceOf: Unavailable });
	}
	t.is((await read(publish("/busy")))?.kind, "message");
});
