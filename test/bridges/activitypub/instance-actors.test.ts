import test, { type ExecutionContext } from "ava";
import {
	type FediversePeer,
	type PeerActor,
	signedGetHeaders,
	signedPost,
	startPeer,
} from "../../support/fediverse-peer.ts";
import { startGateway } from "../../support/gateway.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/wait.ts";

type Json = Record<string, unknown>;

/** The instance actors of several servers, as they describe themselves. */
const instanceActors: Readonly<Record<string, (host: string) => Json>> = {
	"an Application named like its host": (host) => ({ type: "Application", preferredUsername: host }),
	"an Application with another name": () => ({ type: "Application", preferredUsername: "instance.actor" }),
	"an Application without a name": () => ({ type: ["Application"], preferredUsername: undefined }),
	"a Person named like its host": (host) => ({ type: "Person", preferredUsername: host.toUpperCase() }),
	"a Service named like its host without the port": (host) => ({
		type: "Service",
		preferredUsername: host.replace(/:.*/, ""),
	}),
};

const hostOf = ({ origin }: FediversePeer): string => new URL(origin).host;

async function open(t: ExecutionContext, env: Record<string, string> = {}) {
	const running = await startGateway(await temporaryFolder(t), env);
	t.teardown(() => running[Symbol.asyncDispose]());
	const peer = await startPeer(t);
	const elsewhere = await startPeer(t);
	peer.routes.set("/inbox", { status: 202 });
	elsewhere.routes.set("/inbox", { status: 202 });
	const jane = await running.person("jane");
	const me = await jane.call("GET", "/api/me");

	async function post(text: string, to: { group: string; channel: string } = me.followers): Promise<string> {
		const path = `/api/groups/${to.group}/channels/${to.channel}/messages`;
		return (await jane.call("POST", path, { type: "memo", content: { text } })).id;
	}
	const ask = (url: string, { keyId }: PeerActor) => {
		const at = url.startsWith("http") ? url : running.origin + url;
		const signed = signedGetHeaders(at, keyId, { method: "GET" });
		return fetch(at, { redirect: "manual", headers: { accept: "application/activity+json", ...signed } });
	};
	async function send(activity: Json, by: PeerActor) {
		const body = { "@context": "https://www.w3.org/ns/activitystreams", actor: by.id, ...activity };
		const { method, path, headers } = signedPost({ origin: running.origin, keyId: by.keyId, body });
		const { host: _, ...sent } = headers;
		const to = running.origin + path;
		const init = { method, headers: sent as Record<string, string>, body: JSON.stringify(body) };
		t.is((await fetch(to, init)).status, 202);
	}
	const follow = (by: PeerActor) => send({ id: `${by.id}/follow`, type: "Follow", object: me.actor }, by);
	return { ...running, peer, elsewhere, jane, me, post, ask, send, follow };
}

/** The object, its replies and its activity, as a follower's server received it at `inbox`. */
async function idsOf(origin: string, peer: FediversePeer, message: string): Promise<readonly string[]> {
	const object = `${origin}/objects/${message}`;
	const received = await until("the activity arrives", () =>
		peer.asked.map(({ body }) => body).find((body) => body.includes(`"id":"${object}"`)),
	);
	return [object, `${object}/replies`, (JSON.parse(received) as { id: string }).id];
}

/** Status and body without what names the URL. */
async function answerOf(response: Promise<Response>): Promise<string> {
	const { status, headers } = await response;
	const { instance: _, ...body } = (await (await response).json()) as Json;
	return JSON.stringify([status, headers.get("cache-control"), headers.get("vary"), body]);
}

for (const [mode, env] of [
	["is open to everyone", {}],
	["requires signatures", { CAUSEWAY_FEDERATION_AUTHORIZED_FETCH: "true" }],
] as const)
	test(`a followers-only post is served to the instance actor of a follower's server, and to no other server, if the instance ${mode}`, async (t) => {
		const { peer, elsewhere, origin, me, post, ask, send, follow } = await open(t, env);
		const follower = peer.actor("follower");
		await follow(follower);
		const message = await post("for my followers");
		const urls = await idsOf(origin, peer, message);
		const missing = await answerOf(ask("/objects/msg_00000000000000000000000000", peer.actor("stranger")));
		t.regex(missing, /^\[404/);
		let n = 0;
		for (const [what, fields] of Object.entries(instanceActors)) {
			const theirs = peer.actor(`instance${++n}`, fields(hostOf(peer)));
			const others = elsewhere.actor(`instance${n}`, fields(hostOf(elsewhere)));
			for (const url of urls) {
				const served = await ask(url, theirs);
				t.is(served.status, 200, `${what}: ${url}`);
				t.is(served.headers.get("cache-control"), "private, no-cache");
				t.is(await answerOf(ask(url, others)), missing, `${what} of another server: ${url}`);
			}
		}
		for (const [why, actor] of Object.entries({
			"another person of the same server": peer.actor("eve"),
			"a bot of the same server": peer.actor("bot", { type: "Service" }),
			"a group of the same server": peer.actor("group", { type: "Group" }),
			"an instance actor that names the inbox of the follower's server": elsewhere.actor("thief", {
				type: "Application",
				inbox: `${peer.origin}/inbox`,
				endpoints: { sharedInbox: `${peer.origin}/inbox` },
			}),
			"an actor that is named like the follower's server": elsewhere.actor("fake", {
				preferredUsername: hostOf(peer),
			}),
		}))
			for (const url of urls) t.is(await answerOf(ask(url, actor)), missing, `${why}: ${url}`);

		const asked = { id: `${follower.id}/follow`, type: "Follow", actor: follower.id, object: me.actor };
		await send({ id: `${follower.id}/undo`, type: "Undo", object: asked }, follower);
		const instance = peer.actor("instance1", { type: "Application" });
		for (const url of urls) t.is(await answerOf(ask(url, instance)), missing, `without a follower: ${url}`);
	});

test("the instance actor of a server is served as long as one of several followers with their own inboxes is left", async (t) => {
	const { peer, origin, me, post, ask, send, follow } = await open(t);
	const followers = ["ann", "bob"].map((name) => {
		peer.routes.set(`/u/${name}/inbox`, { status: 202 });
		return peer.actor(name, { endpoints: undefined });
	});
	for (const follower of followers) await follow(follower);
	const [url = ""] = await idsOf(origin, peer, await post("for my followers"));
	const instance = peer.actor("instance", { type: "Application", endpoints: undefined });
	for (const follower of followers) {
		t.is((await ask(url, instance)).status, 200);
		const object = { id: `${follower.id}/follow`, type: "Follow", actor: follower.id, object: me.actor };
		await send({ id: `${follower.id}/undo`, type: "Undo", object }, follower);
	}
	t.is((await ask(url, instance)).status, 404);
});

test("an instance actor is served what its people may read, also if their inboxes are on another host, whose other people may not", async (t) => {
	const { peer, elsewhere, origin, me, post, ask, send, follow } = await open(t);
	const inbox = { inbox: `${elsewhere.origin}/inbox`, endpoints: { sharedInbox: `${elsewhere.origin}/inbox` } };
	const follower = peer.actor("follower", inbox);
	await follow(follower);
	const urls = await idsOf(origin, elsewhere, await post("for my followers"));
	const instance = peer.actor("instance", { type: "Application" });
	const third = await startPeer(t);
	const neighbour = third.actor("neighbour", inbox);
	await send({ id: `${neighbour.id}/like`, type: "Like", object: me.actor }, neighbour);
	for (const url of urls) {
		t.is((await ask(url, instance)).status, 200, url);
		t.is((await ask(url, third.actor("instance", { type: "Application", ...inbox }))).status, 404, url);
	}
	const asked = { id: `${follower.id}/follow`, type: "Follow", actor: follower.id, object: me.actor };
	await send({ id: `${follower.id}/undo`, type: "Undo", object: asked }, follower);
	for (const url of urls) t.is((await ask(url, instance)).status, 404, `${url} without a follower`);
});

test("what never leaves the provider is served to no instance actor", async (t) => {
	const { peer, jane, post, ask, follow } = await open(t);
	await follow(peer.actor("follower"));
	const instance = peer.actor("instance", { type: "Application" });
	const group = (await jane.call("POST", "/api/groups", { name: "Guild" })).id as string;
	for (const tier of ["private", "group"]) {
		const channel = (await jane.call("POST", `/api/groups/${group}/channels`, { name: tier, tier })).id as string;
		const message = await post("stays here", { group, channel });
		for (const url of [`/objects/${message}`, `/channels/${channel}`, `/channels/${channel}/outbox`])
			t.is((await ask(url, instance)).status, 404, url);
	}
});

test("an instance actor is served a followers-only post that mentions one of its people, who does not follow", async (t) => {
	const { peer, elsewhere, me, post, ask, send, follow } = await open(t);
	await follow(elsewhere.actor("follower"));
	// Known here, since they followed once.
	const named = peer.actor("named");
	await follow(named);
	const object = { id: `${named.id}/follow`, type: "Follow", actor: named.id, object: me.actor };
	await send({ id: `${named.id}/undo`, type: "Undo", object }, named);
	const instance = peer.actor("instance", { type: "Application" });
	t.is((await ask(`/objects/${await post("for my followers")}`, instance)).status, 404);
	const message = await post(`@named@${hostOf(peer)} and my followers`);
	t.is((await ask(`/objects/${message}`, instance)).status, 200);
});
