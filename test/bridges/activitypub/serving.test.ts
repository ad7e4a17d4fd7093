import test, { type ExecutionContext } from "ava";
import { bridgeName } from "#core/ids.ts";
import activityPub from "../../../bridges/activitypub/index.ts";
import { textOf } from "../../support/answer-text.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import { plainRequest } from "../../support/fediverse-peer.ts";

function open(t: ExecutionContext) {
	const host = createFakeHost("https://here.example:8443");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const jane = host.person("jane");
	const get = async (target: string, headers: Record<string, string> = {}, method = "GET") => {
		const answer = await bridge.handle(plainRequest(method, target, headers));
		const text = textOf(answer);
		return { ...answer, text, json: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {} };
	};
	return { host, bridge, jane, get, origin: host.about.origin };
}

test("an actor has every field that some server insists on", async (t) => {
	const { jane, get, origin } = open(t);
	const { status, headers, json } = await get(`/users/${jane.id}`, { accept: "application/activity+json" });
	const id = `${origin}/users/${jane.id}`;
	t.is(status, 200);
	t.is(headers?.["content-type"], "application/activity+json; charset=utf-8");
	t.like(json, {
		id,
		type: "Person",
		preferredUsername: "jane",
		name: "jane",
		summary: "",
		url: `${origin}/@jane`,
		inbox: `${id}/inbox`,
		outbox: `${id}/outbox`,
		followers: `${id}/followers`,
		following: `${id}/following`,
		featured: `${id}/featured`,
		endpoints: { sharedInbox: `${origin}/inbox` },
		manuallyApprovesFollowers: false,
		discoverable: true,
		indexable: true,
		attachment: [],
		alsoKnownAs: [],
		webfinger: "jane@here.example:8443",
	});
	const key = json["publicKey"] as Record<string, string>;
	t.like(key, { id: `${id}#main-key`, owner: id });
	t.regex(key["publicKeyPem"] ?? "", /^-----BEGIN PUBLIC KEY-----/);
	t.is(new Date(String(json["published"])).getTime(), jane.createdAt);
});

test("a key is made once, however many ask at the same time", async (t) => {
	const { jane, get, host } = open(t);
	const answers = await Promise.all(Array.from({ length: 5 }, () => get(`/users/${jane.id}`)));
	t.is(new Set(answers.map(({ text }) => text)).size, 1);
	t.is((await host.secrets.list("key:", { limit: 10 })).length, 1);
});

test("open channels are Groups; closed ones, timelines and people of the fediverse have no actor here", async (t) => {
	const { host, jane, get, origin } = open(t);
	const listed = host.channel(jane, "discoverable", "open").channel;
	const quiet = host.channel(jane, "public", "quiet").channel;
	t.like((await get(`/channels/${listed.id}`)).json, {
		type: "Group",
		preferredUsername: "guild-open",
		discoverable: true,
		attributedTo: `${origin}/channels/${listed.id}/moderators`,
		url: `${origin}/c/guild-open`,
	});
	t.like((await get(`/channels/${quiet.id}`)).json, { type: "Group", discoverable: false, indexable: false });
	t.deepEqual((await get(`/channels/${listed.id}/moderators`)).json["orderedItems"], [`${origin}/users/${jane.id}`]);
	const bob = host.person("bob", {
		domain: "x.example",
		origin: { bridge: host.about.bridge, id: "https://x.example/u/bob" },
	});
	const nothing = await get("/channels/chn_00000000000000000000000000");
	for (const path of [
		`/channels/${host.channel(jane, "group", "g").channel.id}`,
		`/channels/${host.channel(jane, "private", "p").channel.id}`,
		`/channels/${jane.timeline}`,
		`/users/${bob.id}`,
		"/users/x",
		"/users/",
		"/users",
		"/objects/x/y/z",
	]) {
		const answer = await get(path);
		t.is(answer.status, 404, path);
		t.is(answer.text, nothing.text, "it can't be told from what does not exist");
	}
});

test("ghosts of other networks have an actor that says where they come from", async (t) => {
	const { host, get } = open(t);
	const alice = host.person("alice", {
		origin: { bridge: bridgeName("matrix"), id: "@alice:<m>", url: "https://matrix.to/#/@alice:m" },
	});
	const { json } = await get(`/users/${alice.id}`);
	t.deepEqual(json["attachment"], [
		{ type: "PropertyValue", name: "Bridged from matrix", value: "https://matrix.to/#/@alice:m" },
	]);
});

test("a client that prefers HTML is redirected to the page, all others get JSON", async (t) => {
	const { host, jane, get, origin } = open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	const browser = { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };
	t.like(await get(`/users/${jane.id}`, browser), {
		status: 302,
		headers: { location: `${origin}/@jane`, vary: "Accept" },
	});
	t.like(await get(`/objects/${memo.id}`, browser), {
		status: 302,
		headers: { location: `${origin}/@jane/${memo.id}` },
	});
	for (const accept of [
		"application/activity+json",
		'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
		"*/*",
		"",
		"application/activity+json, text/html;q=0.5",
	]) {
		t.is((await get(`/objects/${memo.id}`, { accept })).status, 200, accept);
	}
});

test("an unchanged document is not sent again, and HEAD has no body", async (t) => {
	const { host, jane, get } = open(t);
	const memo = host.say(jane, host.timeline(jane), "memo");
	const first = await get(`/objects/${memo.id}`);
	const etag = first.headers?.["etag"] ?? "";
	t.like(await get(`/objects/${memo.id}`, { "if-none-match": `"x", W/${etag}` }), { status: 304, text: "" });
	t.is((await get(`/objects/${memo.id}`, { "if-none-match": '"x"' })).status, 200);
	const head = await get(`/objects/${memo.id}`, {}, "HEAD");
	t.like(head, { status: 200, text: "" });
	t.is(head.headers?.["content-length"], String(Buffer.byteLength(first.text)));
	t.is((await get(`/objects/${memo.id}`, {}, "POST")).status, 405);
});

test("a deleted message and a deleted account answer 410 with a Tombstone, what is closed 404", async (t) => {
	const { host, jane, get, origin } = open(t);
	const memo = host.say(jane, host.timeline(jane), "", { deletedAt: 5 });
	const closed = host.say(jane, host.channel(jane, "group", "g"), "secret");
	const gone = await get(`/objects/${memo.id}`);
	t.is(gone.status, 410);
	t.like(gone.json, { type: "Tombstone", id: `${origin}/objects/${memo.id}` });
	t.is((await get(`/objects/${closed.id}`)).status, 404);
	const left = host.person("left", { deletedAt: 1 });
	t.like(await get(`/users/${left.id}`), { status: 410 });
});

test("collections have a total and a first page; pages lead on to the end", async (t) => {
	const { host, jane, get, origin } = open(t);
	const texts = Array.from({ length: 45 }, (_, n) => host.say(jane, host.timeline(jane), `memo ${n}`));
	const id = `${origin}/users/${jane.id}/outbox`;
	const { json } = await get(`/users/${jane.id}/outbox`);
	t.like(json, { type: "OrderedCollection", totalItems: 45, first: `${id}?page=start` });
	const seen: string[] = [];
	for (let next: unknown = json["first"]; typeof next === "string"; ) {
		const page = (await get(next.slice(origin.length))).json;
		t.is(page["partOf"], id);
		for (const item of page["orderedItems"] as { object: { id: string } }[]) seen.push(item.object.id);
		next = page["next"];
	}
	t.deepEqual(seen, texts.map(({ id: message }) => `${origin}/objects/${message}`).reverse());
	for (const part of ["followers", "following"])
		t.like((await get(`/users/${jane.id}/${part}`)).json, { type: "OrderedCollection", totalItems: 0 });
	t.like((await get(`/users/${jane.id}/featured`)).json, { totalItems: 0, orderedItems: [] });
	t.is((await get(`/users/${jane.id}/liked`)).status, 404);
});

test("an outbox counts what it lists: no deleted messages, and in a timeline no replies of others", async (t) => {
	const { host, jane, get } = open(t);
	const other = host.person("other");
	const { channel, group } = host.channel(jane, "discoverable");
	for (const [path, place, listed] of [
		[`/users/${jane.id}`, host.timeline(jane), 2],
		[`/channels/${channel.id}`, { channel, group }, 3],
	] as const) {
		const memo = host.say(jane, place, "memo");
		host.say(jane, place, "answer to myself", { parent: memo });
		host.say(other, place, "answer of another", { parent: memo });
		host.say(jane, place, "", { deletedAt: 5 });
		host.say(other, place, "", { parent: memo, deletedAt: 5 });
		t.is((await get(`${path}/outbox`)).json["totalItems"], listed);
		t.is(((await get(`${path}/outbox?page=start`)).json["orderedItems"] as unknown[]).length, listed);
	}
});

test("followers are named by their own ids; replies are listed for those who complete threads", async (t) => {
	const { host, jane, get } = open(t);
	const bob = host.person("bob", {
		domain: "x.example",
		origin: { bridge: host.about.bridge, id: "https://x.example/u/bob" },
	});
	host.memberships.push({ channel: jane.timeline, account: bob });
	t.deepEqual((await get(`/users/${jane.id}/followers?page=start`)).json["orderedItems"], ["https://x.example/u/bob"]);
	const memo = host.say(jane, host.timeline(jane), "memo");
	host.say(bob, host.timeline(jane), "reply", {
		parent: memo,
		origin: { bridge: host.about.bridge, id: "https://x.example/1" },
	});
	t.deepEqual((await get(`/objects/${memo.id}/replies?page=start`)).json["orderedItems"], ["https://x.example/1"]);
	t.is((await get(`/objects/${[...host.said.keys()][1]}`)).status, 404, "it has its id and its home elsewhere");
});

test("activities are rendered by their id from what is true now", async (t) => {
	const { host, jane, get, origin } = open(t);
	const place = host.channel(jane, "discoverable");
	const message = host.say(jane, place, "hello");
	const delivery = host.delivery(message, "https://x.example/inbox");
	host.events.set(delivery.id, delivery);
	const path = `/activities/${message.channel}-${message.seq}`;
	t.like((await get(path)).json, { type: "Create", id: origin + path });
	t.like((await get(`${path}-announce`)).json, { type: "Announce", id: `${origin}${path}-announce` });
	t.like((await get(`${path}-share`)).json, { type: "Announce", object: `${origin}/objects/${message.id}` });
	t.is((await get(`${path}-other`)).status, 404);
	t.is((await get(`/activities/${message.channel}-999`)).status, 404);
	t.is((await get("/activities/../secret")).status, 404);
});

test("WebFinger finds people, channels and the provider, by acct, actor and page", async (t) => {
	const { host, jane, get, origin } = open(t);
	const { channel } = host.channel(jane, "public");
	const finger = (resource: string) => get(`/.well-known/webfinger?resource=${encodeURIComponent(resource)}`);
	const found = await finger("acct:Jane@here.example:8443");
	t.is(found.headers?.["content-type"], "application/jrd+json");
	t.is(found.headers?.["access-control-allow-origin"], "*");
	t.is(found.json["subject"], "acct:jane@here.example:8443");
	const self = (found.json["links"] as { rel: string; type?: string; href?: string }[]).find(
		({ rel, type }) => rel === "self" && type === "application/activity+json",
	);
	t.is(self?.href, `${origin}/users/${jane.id}`);
	for (const resource of [`${origin}/users/${jane.id}`, `${origin}/@jane`, "jane@here.example:8443"])
		t.is((await finger(resource)).json["subject"], "acct:jane@here.example:8443");
	for (const resource of [
		`${origin}/channels/${channel.id}`,
		`${origin}/c/guild-general`,
		"acct:guild-general@here.example:8443",
	]) {
		t.is((await finger(resource)).json["subject"], "acct:guild-general@here.example:8443");
	}
	t.is((await finger("acct:here.example@here.example:8443")).status, 200);
	host.channel(jane, "group", "closed");
	for (const resource of [
		"acct:nobody@here.example:8443",
		"acct:jane@here.example",
		"acct:guild-closed@here.example:8443",
		"https://elsewhere.example/@jane",
		"x",
	]) {
		t.is((await finger(resource)).status, 404, resource);
	}
	t.is((await get("/.well-known/webfinger")).status, 400);
});

test("NodeInfo and host-meta say what is here", async (t) => {
	const { get, origin } = open(t);
	const links = (await get("/.well-known/nodeinfo")).json["links"] as { rel: string; href: string }[];
	for (const version of ["2.0", "2.1"]) {
		const rel = `http://nodeinfo.diaspora.software/ns/schema/${version}`;
		t.is(links.find((link) => link.rel === rel)?.href, `${origin}/nodeinfo/${version}`);
		const { json, headers } = await get(`/nodeinfo/${version}`);
		t.regex(String(headers?.["content-type"]), new RegExp(`profile="${rel}#"`));
		t.deepEqual(json, {
			version,
			software: { name: "causeway", version: "0.0.1" },
			protocols: ["activitypub"],
			services: { inbound: [], outbound: [] },
			openRegistrations: false,
			usage: { users: { total: 1, activeMonth: 0, activeHalfyear: 0 }, localPosts: 0 },
			metadata: { nodeName: "Here", nodeDescription: "A place for tests" },
		});
	}
	for (const path of ["/nodeinfo/9", "/nodeinfo/", "/nodeinfo", "/nodeinfo/2.1/x"])
		t.is((await get(path)).status, 404, path);
	t.regex((await get("/.well-known/host-meta")).text, /lrdd/);
	t.is((await get("/.well-known/host-meta.json")).status, 200);
	t.is((await get("/.well-known/other")).status, 404);
});

test("the provider's own actor is an Application with a key", async (t) => {
	const { get, origin } = open(t);
	t.like((await get("/actor")).json, {
		id: `${origin}/actor`,
		type: "Application",
		manuallyApprovesFollowers: true,
		inbox: `${origin}/actor/inbox`,
	});
	t.is((await get("/actor/outbox")).status, 200);
});
