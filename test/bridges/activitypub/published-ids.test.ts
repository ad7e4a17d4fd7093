import test, { type ExecutionContext } from "ava";
import { bridgeName } from "#core/ids.ts";
import activityPub from "../../../bridges/activitypub/index.ts";
import { textOf } from "../../support/answer-text.ts";
import { createFakeHost } from "../../support/fake-host.ts";
import {
	type Asked,
	type PeerActor,
	plainRequest,
	signedGetHeaders,
	signedPost,
	startPeer,
} from "../../support/fediverse-peer.ts";
import { startGateway } from "../../support/gateway.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/wait.ts";

const activity = "application/activity+json";
const html = "text/html,application/xhtml+xml";

interface Sent {
	readonly id: string;
	readonly type: string;
	readonly object: Record<string, unknown> & string;
}

/** Everything that jane's provider publishes to another server, in the order in which it sends it. */
async function openWorld(t: ExecutionContext, env: Record<string, string> = {}) {
	const running = await startGateway(await temporaryFolder(t), env);
	t.teardown(() => running[Symbol.asyncDispose]());
	const peer = await startPeer(t);
	peer.routes.set("/inbox", { status: 202 });
	const bob = peer.actor("bob");
	const carol = peer.actor("carol");
	const jane = await running.person("jane");
	const me = await jane.call("GET", "/api/me");

	const arrived = (): readonly Sent[] =>
		peer.asked
			.filter(({ method, url }: Asked) => method === "POST" && url === "/inbox")
			.map(({ body }) => JSON.parse(body));
	const arrival = (type: string, of: (sent: Sent) => boolean = () => true): Promise<Sent> =>
		until(`a ${type} arrives`, () => arrived().find((sent) => sent.type === type && of(sent)));

	async function send(body: Record<string, unknown>, by: PeerActor) {
		const whole = { "@context": "https://www.w3.org/ns/activitystreams", actor: by.id, ...body };
		const request = signedPost({ origin: running.origin, keyId: by.keyId, body: whole });
		const { host: _, ...headers } = request.headers as Record<string, string>;
		const response = await fetch(`${running.origin}/inbox`, { method: "POST", headers, body: JSON.stringify(whole) });
		t.is(response.status, 202, String(body["type"]));
	}
	async function ask(url: string, { by, accept = activity }: { by?: PeerActor; accept?: string } = {}) {
		const plain = url.split("#", 1)[0] as string;
		const signed = by === undefined ? {} : signedGetHeaders(plain, by.keyId);
		return fetch(plain, { headers: { ...signed, accept } });
	}
	return { ...running, peer, bob, carol, jane, me, arrived, arrival, send, ask };
}
type World = Awaited<ReturnType<typeof openWorld>>;

/** Does everything once that is told to other servers. */
async function live({ jane, me, bob, peer, send, arrival }: World): Promise<void> {
	const timeline = `/api/groups/${me.timeline.group}/channels/${me.timeline.channel}/messages`;
	const say = async (path: string, body: object): Promise<string> => (await jane.call("POST", path, body)).id;
	await send({ id: `${bob.id}/follow`, type: "Follow", object: me.actor }, bob);
	await arrival("Accept");
	const at = new URL(peer.origin).host;
	await jane.call("POST", "/api/me/follows", { actor: `bob@${at}` });
	const follow = await arrival("Follow");
	await send({ id: `${bob.id}/accept`, type: "Accept", object: follow.id }, bob);
	await until("the follow is accepted", async () => {
		const { items } = await jane.call("GET", "/api/me/follows");
		return items[0]?.state === "accepted";
	});

	await jane.call("PATCH", "/api/me", { displayName: "Jane of the River" });
	const memo = await say(timeline, {
		type: "memo",
		content: { text: `Hello @bob@${at} #Gardens` },
		tags: ["Gardens", "für-alle"],
	});
	await say(timeline, { type: "article", content: { text: "# A day\n\nby the river", title: "A day" } });
	await jane.call("PATCH", `${timeline}/${memo}`, { content: { text: "Hello, edited #Gardens" } });
	const note = { type: "Note", attributedTo: bob.id, to: ["https://www.w3.org/ns/activitystreams#Public"] };
	const object = { ...note, id: `${peer.origin}/n/1`, content: "a post of Bob" };
	peer.routes.set("/n/1", { body: object });
	await send({ id: `${object.id}/create`, type: "Create", to: note.to, object }, bob);
	const theirs = await until("the post is here", async () => {
		const { items } = await jane.call("GET", "/api/me/timeline");
		return items.find(({ content }: { content: { text: string } }) => content.text.includes("a post of Bob"));
	});
	const shadow = `/api/groups/${theirs.groupId}/channels/${theirs.channelId}/messages`;
	await say(shadow, { type: "message", content: { text: "a reply to Bob" }, reference: theirs.id });
	await jane.call("PUT", `${shadow}/${theirs.id}/reactions/%F0%9F%8E%89`);
	await arrival("Like");
	await jane.call("DELETE", `${shadow}/${theirs.id}/reactions/%F0%9F%8E%89`);
	await arrival("Undo", ({ object }) => object["type"] === "Like");

	const group = (await jane.call("POST", "/api/groups", { name: "Guild" })).id as string;
	const hall = await jane.call("POST", `/api/groups/${group}/channels`, { name: "hall", tier: "discoverable" });
	const channel = `/api/groups/${group}/channels/${hall.id}/messages`;
	await send({ id: `${bob.id}/join`, type: "Follow", object: `${new URL(me.actor).origin}/channels/${hall.id}` }, bob);
	await arrival("Accept", ({ object }) => String(object["object"]).includes(hall.id));
	const said = await say(channel, { type: "memo", content: { text: "in the hall" } });
	await jane.call("PUT", `${channel}/${said}/reactions/%F0%9F%8E%89`);
	await jane.call("DELETE", `${channel}/${said}`);
	await arrival("Undo", ({ object }) => object["type"] === "Announce");
	const gone = await say(timeline, { type: "memo", content: { text: "soon deleted" } });
	await jane.call("DELETE", `${timeline}/${gone}`);
	await arrival("Delete", ({ object }) => String(object["id"]).includes(gone));
	await say(`/api/groups/${me.followers.group}/channels/${me.followers.channel}/messages`, {
		type: "memo",
		content: { text: "for followers" },
	});
	await arrival("Create", ({ object }) => String(object["content"]).includes("for followers"));
	await jane.call("DELETE", `/api/me/follows/bob@${at}`);
	await arrival("Undo", ({ object }) => object["type"] === "Follow");
}

/** Every URL on our origin that a document names, in members and in the links of texts. */
const namedIn = (text: string, origin: string): readonly string[] => [
	...new Set(
		[...text.matchAll(/https?:\/\/[^"'\s<>\\]+/g)].map(([url]) => url).filter((url) => url.startsWith(`${origin}/`)),
	),
];

test("whatever we name to another server can be fetched by it: every activity, object, actor, collection, page and tag", async (t) => {
	const world = await openWorld(t);
	const { origin, bob, arrived, ask } = world;
	await live(world);
	const seen = new Set<string>();
	let queue = arrived().flatMap((sent) => namedIn(JSON.stringify(sent), origin));
	const types = new Set(arrived().map(({ type, object }) => (type === "Undo" ? `Undo ${object["type"]}` : type)));
	for (const type of [
		"Follow",
		"Like",
		"Undo Follow",
		"Undo Like",
		"Undo Announce",
		"Update",
		"Delete",
		"Accept",
		"Announce",
	])
		t.true(types.has(type), `${type} was sent`);
	while (queue.length > 0) {
		const [url = "", ...rest] = queue;
		queue = rest;
		if (seen.has(url) || url.startsWith(`${origin}/authorize_interaction`)) continue;
		seen.add(url);
		const isInbox = url.endsWith("/inbox");
		const response = await ask(url, { by: bob, accept: `${activity}, text/html;q=0.1` });
		const text = await response.text();
		const isDeleted = response.status === 410 && /"Tombstone"|deleted/.test(text);
		t.true(isInbox ? response.status === 405 : response.status === 200 || isDeleted, `${url}: ${response.status}`);
		if (/json/.test(response.headers.get("content-type") ?? "")) queue.push(...namedIn(text, origin));
	}
	t.true(seen.size > 30, `${seen.size} addresses`);
});

test("a browser that follows an address of something public finds a page", async (t) => {
	const world = await openWorld(t);
	const { origin, arrived, ask } = world;
	await live(world);
	const named = arrived()
		.filter(({ object }) => !/for followers|soon deleted|in the hall/.test(JSON.stringify(object)))
		.flatMap((sent) => namedIn(JSON.stringify(sent), origin));
	for (const url of new Set(named)) {
		const { pathname } = new URL(url);
		if (!/^\/(@|c\/|tags\/|objects\/[^/]+$|users\/[^/]+$|channels\/[^/]+$)/.test(pathname)) continue;
		const response = await ask(url, { accept: html });
		const isDeleted = response.status === 410;
		t.true(response.status === 200 || isDeleted, `${url}: ${response.status}`);
		t.regex(response.headers.get("content-type") ?? "", isDeleted ? /html|json/ : /html/, url);
	}
});

test("a request to follow that was not accepted is known only to the one who was asked", async (t) => {
	const { jane, me, peer, bob, carol, ask, arrival, send } = await openWorld(t);
	const { host } = new URL(peer.origin);
	await jane.call("POST", "/api/me/follows", { actor: `bob@${host}` });
	const { id } = await arrival("Follow");
	t.is((await ask(id)).status, 404);
	t.is((await ask(id, { by: carol })).status, 404);
	t.is((await ask(id, { by: bob })).status, 200);
	await jane.call("DELETE", `/api/me/follows/bob@${host}`);
	const undo = await arrival("Undo");
	t.is((await ask(undo.id)).status, 404);
	t.is((await ask(undo.id, { by: bob })).status, 200);

	await jane.call("PATCH", "/api/me", { locked: true });
	await send({ id: `${carol.id}/follow`, type: "Follow", object: me.actor }, carol);
	const requests = `/api/groups/${me.timeline.group}/requests`;
	const [asked] = (await jane.call("GET", requests)).items;
	await jane.call("POST", `${requests}/${asked.id}/deny`);
	const reject = await arrival("Reject");
	t.is((await ask(reject.id)).status, 404);
	t.is((await ask(reject.id, { by: bob })).status, 404);
	t.is((await ask(reject.id, { by: carol })).status, 200);
});

test("the profile of a remote person names their own actor and page, and nothing on our origin", async (t) => {
	const world = await openWorld(t);
	const { jane, peer, origin } = world;
	const { host } = new URL(peer.origin);
	const page = `${peer.origin}/@dan`;
	for (const [name, fields, url] of [
		["dan", { url: page }, page],
		["eve", {}, `${peer.origin}/u/eve`],
		["mallory", { url: `${origin}/@jane` }, `${peer.origin}/u/mallory`],
	] as const) {
		const { id } = peer.actor(name, fields);
		await jane.call("POST", "/api/me/follows", { actor: `${name}@${host}` });
		const profile = await jane.call("GET", `/api/users/${name}@${host}/profile`);
		t.is(profile.actor, id, name);
		t.is(profile.url, url, name);
	}
});

test("people of other OFSCP providers and their messages, which have no id in the fediverse, are not named there", async (t) => {
	const host = createFakeHost("https://here.example");
	t.teardown(() => host.http.close());
	const bridge = activityPub.create({ enabled: true }, host);
	const jane = host.person("jane");
	const eve = host.person("eve", { domain: "ofscp.example", origin: { bridge: bridgeName("ofscp"), id: "eve" } });
	const place = host.channel(jane, "discoverable");
	const theirs = host.say(eve, place, "from elsewhere");
	const ours = host.say(jane, place, "@eve@ofscp.example hello", { parent: theirs, mentioned: [eve] });
	host.memberships.push({ channel: place.channel.id, account: eve }, { channel: place.channel.id, account: jane });
	const get = async (path: string) => {
		const answer = await bridge.handle(plainRequest("GET", path));
		return { status: answer.status, text: textOf(answer) };
	};
	t.is((await get(`/objects/${theirs.id}`)).status, 404);
	for (const path of [
		`/objects/${ours.id}`,
		`/channels/${place.channel.id}/outbox?page=start`,
		`/channels/${place.channel.id}/followers?page=start`,
	]) {
		const { status, text } = await get(path);
		t.is(status, 200, path);
		t.true(text.includes(jane.id) || text.includes(ours.id), path);
		t.false(text.includes(eve.id) || text.includes(theirs.id), `${path}: ${text}`);
	}
});
