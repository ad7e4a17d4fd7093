import { generateKeyPairSync, type KeyObject } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { type PeerActor, signedGetHeaders, signedPost, startPeer } from "../../support/fediverse-peer.ts";
import { startGateway } from "../../support/gateway.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/wait.ts";

const activity = { accept: "application/activity+json" };
const html = { accept: "text/html,application/xhtml+xml" };
const authorized = { CAUSEWAY_FEDERATION_AUTHORIZED_FETCH: "true" };

interface Asked {
	readonly by?: PeerActor;
	readonly headers?: Record<string, string>;
	readonly method?: "GET" | "HEAD";
	readonly key?: KeyObject;
}

async function open(t: ExecutionContext, env: Record<string, string> = {}) {
	const running = await startGateway(await temporaryFolder(t), env);
	t.teardown(() => running[Symbol.asyncDispose]());
	const peer = await startPeer(t);
	peer.routes.set("/inbox", { status: 202 });
	const follower = peer.actor("follower");
	const stranger = peer.actor("stranger");
	const jane = await running.person("jane");
	const me = await jane.call("GET", "/api/me");
	const post = async (to: { group: string; channel: string }, text: string): Promise<string> =>
		(
			await jane.call("POST", `/api/groups/${to.group}/channels/${to.channel}/messages`, {
				type: "memo",
				content: { text },
			})
		).id;

	async function ask(url: string, { by, headers = activity, method = "GET", key }: Asked = {}) {
		const at = url.startsWith("http") ? url : running.origin + url;
		const signed =
			by === undefined ? {} : signedGetHeaders(at, by.keyId, { method, ...(key === undefined ? {} : { key }) });
		return fetch(at, { method, redirect: "manual", headers: { ...headers, ...signed } });
	}
	async function send(activity: Record<string, unknown>, by: PeerActor) {
		const body = { "@context": "https://www.w3.org/ns/activitystreams", ...activity };
		const { method, path, headers } = signedPost({ origin: running.origin, keyId: by.keyId, body });
		const { host: _, ...sent } = headers;
		const response = await fetch(running.origin + path, {
			method,
			headers: sent as Record<string, string>,
			body: JSON.stringify(body),
		});
		t.is(response.status, 202);
	}
	const follow = (by: PeerActor) => send({ id: `${by.id}/follow`, type: "Follow", actor: by.id, object: me.actor }, by);
	return { ...running, peer, follower, stranger, jane, me, post, ask, send, follow };
}

const statusOf = async (response: Promise<Response>) => (await response).status;

/** The ids that a message is published under, with that of the activity that a follower's server received. */
async function idsOf({ origin, peer }: Awaited<ReturnType<typeof open>>, message: string): Promise<readonly string[]> {
	const object = `${origin}/objects/${message}`;
	const received = await until("the activity arrives", () =>
		peer.asked.map(({ body }) => body).find((body) => body.includes(`"id":"${object}"`)),
	);
	return [object, `${object}/replies`, (JSON.parse(received) as { id: string }).id];
}

for (const [mode, env, unsigned] of [
	["that is open to everyone", {}, 404],
	["that requires signatures", authorized, 401],
] as const)
	test(`on an instance ${mode}, a followers-only post is served to its readers' signed requests only`, async (t) => {
		const scene = await open(t, env);
		const { follower, stranger, me, post, ask, send, follow } = scene;
		await follow(follower);
		const message = await post(me.followers, "for my followers");
		for (const url of await idsOf(scene, message)) {
			t.is(await statusOf(ask(url)), unsigned, `${url} unsigned`);
			t.is(await statusOf(ask(url, { by: stranger })), 404, `${url} by a stranger`);
			t.is(await statusOf(ask(url, { by: follower, method: "HEAD" })), 200, `${url} HEAD`);
			const served = await ask(url, { by: follower });
			t.is(served.status, 200, `${url} by a follower`);
			t.is(served.headers.get("cache-control"), "private, no-cache");
			t.regex(served.headers.get("vary") ?? "", /Signature/);
			const { privateKey: key } = generateKeyPairSync("rsa", { modulusLength: 2048 });
			t.is(await statusOf(ask(url, { by: follower, key })), unsigned, `${url} with a forged signature`);
		}
		const object = (await (await ask(`/objects/${message}`, { by: follower })).json()) as Record<string, unknown>;
		t.deepEqual(object["to"], [`${me.actor}/followers`]);

		const asked = { id: `${follower.id}/follow`, type: "Follow", actor: follower.id, object: me.actor };
		await send({ id: `${follower.id}/undo`, type: "Undo", actor: follower.id, object: asked }, follower);
		t.is(await statusOf(ask(`/objects/${message}`, { by: follower })), 404, "no longer a follower");
	});

test("what never leaves the provider is served to no signed request", async (t) => {
	const { follower, jane, post, ask, follow } = await open(t);
	await follow(follower);
	const group = (await jane.call("POST", "/api/groups", { name: "Guild" })).id as string;
	for (const tier of ["private", "group"]) {
		const channel = (await jane.call("POST", `/api/groups/${group}/channels`, { name: tier, tier })).id as string;
		const message = await post({ group, channel }, "stays here");
		for (const url of [`/objects/${message}`, `/channels/${channel}`, `/channels/${channel}/outbox`])
			t.is(await statusOf(ask(url, { by: follower })), 404, url);
	}
});

/** Everything public that an account, a channel and a post publish. */
async function published(scene: Awaited<ReturnType<typeof open>>): Promise<readonly string[]> {
	const { me, jane, post, follow, follower } = scene;
	await follow(follower);
	const group = (await jane.call("POST", "/api/groups", { name: "Guild" })).id as string;
	const channel = (await jane.call("POST", `/api/groups/${group}/channels`, { name: "hall", tier: "discoverable" }))
		.id as string;
	const message = await post(me.timeline, "for everyone");
	const actor = me.actor as string;
	const parts = ["", "/outbox", "/outbox?page=start", "/followers", "/following", "/featured"];
	return [
		...parts.map((part) => actor + part),
		...[...parts, "/moderators"].map((part) => `/channels/${channel}${part}`),
		...(await idsOf(scene, message)),
	];
}

test("an instance that requires signatures serves its documents to any signed request, and to no other", async (t) => {
	const scene = await open(t, authorized);
	const { stranger, ask } = scene;
	for (const url of await published(scene)) {
		const unsigned = await ask(url);
		t.is(unsigned.status, 401, `${url} unsigned`);
		t.is(((await unsigned.json()) as { errorCode: string }).errorCode, "invalid_signature");
		t.regex(unsigned.headers.get("www-authenticate") ?? "", /^Signature/);
		t.is(await statusOf(ask(url, { headers: { accept: "*/*" } })), 401, `${url} with any type`);
		t.is(await statusOf(ask(url, { method: "HEAD" })), 401, `${url} HEAD`);
		t.is(await statusOf(ask(url, { by: stranger })), 200, `${url} signed`);
		const seen = await ask(url, { headers: html });
		t.true(seen.status === 401 || seen.status === 302, `${url} in a browser: ${seen.status}`);
	}
});

test("an instance that does not require signatures serves what is public without one", async (t) => {
	const scene = await open(t);
	for (const url of await published(scene)) t.is(await statusOf(scene.ask(url)), 200, url);
});

test("an instance that requires signatures leaves discovery and its own actor open, and shows browsers the pages", async (t) => {
	const { me, jane, origin, domain, ask } = await open(t, authorized);
	for (const url of [
		"/actor",
		"/actor/outbox",
		`/.well-known/webfinger?resource=acct:${jane.address}`,
		`/.well-known/webfinger?resource=acct:localhost@${domain}`,
		"/.well-known/nodeinfo",
		"/.well-known/host-meta",
		"/nodeinfo/2.1",
	])
		t.is(await statusOf(ask(url)), 200, url);
	const page = await ask(me.actor, { headers: html });
	t.is(page.headers.get("location"), `${origin}/@jane`);
	t.is(await statusOf(ask("/@jane", { headers: html })), 200);
});

test("a signature by a server that the operator denies is refused without contacting it", async (t) => {
	const host = await startPeer(t);
	const bad = host.actor("bad");
	const scene = await open(t, { ...authorized, CAUSEWAY_FEDERATION_DENY: new URL(host.origin).host });
	t.is(await statusOf(scene.ask(scene.me.actor, { by: bad })), 403);
	t.deepEqual(host.asked, []);
});

test("a key that can't be fetched now makes the request repeatable, whether or not the document exists", async (t) => {
	for (const env of [{}, authorized]) {
		const scene = await open(t, env);
		await scene.follow(scene.follower);
		const away = scene.peer.actor("away");
		scene.peer.routes.set("/u/away", { status: 503 });
		const message = await scene.post(scene.me.followers, "for my followers");
		for (const url of [`/objects/${message}`, "/objects/msg_00000000000000000000000000"]) {
			const response = await scene.ask(url, { by: away });
			t.is(response.status, 503, url);
			t.is(response.headers.get("retry-after"), "60");
		}
	}
});
