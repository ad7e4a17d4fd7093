import test from "ava";
import * as client from "openid-client";
import { collections } from "#core/catalogue/collections.ts";
import { createBrowser } from "../../support/browser-forms.ts";
import { signedPost, startPeer } from "../../support/fediverse-peer.ts";
import { until } from "../../support/wait.ts";
import { ask, begin, goThrough, member, password, redeem, redirectUri, register, startScene } from "./scene.ts";

const call = (origin: string, token: string, method: string, path: string, body: unknown) =>
	fetch(origin + path, {
		method,
		headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
		body: JSON.stringify(body),
	});

test("no secret of a login reaches other servers or is stored", async (t) => {
	const peer = await startPeer(t);
	peer.routes.set("/inbox", { status: 202 });
	peer.routes.set("/u/bob/inbox", { status: 202 });
	const bob = peer.actor("bob");
	await using provider = await startScene();
	const { origin, gateway } = provider;
	const jane = await member(provider, "jane");

	// Jane logs in for a client whose document is on the peer …
	const id = `${peer.origin}/client.json`;
	peer.routes.set("/client.json", {
		headers: { "content-type": "application/json" },
		body: { client_id: id, redirect_uris: [redirectUri] },
	});
	const config = await client.discovery(new URL(origin), id, undefined, client.None(), {
		execute: [client.allowInsecureRequests],
	});
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const page = await browser.open(attempt.url.href);
	const interaction = browser.cookie("causeway_interaction", new URL(page.url).pathname);
	const { url } = await goThrough(browser, page, "jane");
	const tokens = await redeem(config, attempt, url);
	const { bootstrap_token: device } = (await (
		await call(origin, tokens.access_token, "POST", "/api/auth/login", { handle: "jane", password })
	).json()) as { bootstrap_token: string };

	// … and the client acts for her towards the peer: it looks bob up, follows him, and posts.
	const follow = { id: `${bob.id}/follow`, type: "Follow", actor: bob.id, object: `${origin}/users/${jane.id}` };
	const signed = signedPost({ origin, keyId: bob.keyId, body: follow });
	const { host: _, ...headers } = signed.headers;
	const asked = await fetch(`${origin}/inbox`, { method: "POST", headers, body: JSON.stringify(follow) });
	t.is(asked.status, 202);
	const address = `bob@${new URL(peer.origin).host}`;
	const followed = await call(origin, tokens.access_token, "POST", "/api/me/follows", { actor: address });
	t.true(followed.ok, `${followed.status}`);
	const renewed = await client.refreshTokenGrant(config, tokens.refresh_token as string);
	const bodies = (): string => peer.asked.map(({ body }) => body).join("\n");
	await until("the follow is accepted", () => bodies().includes('"Accept"'));
	const timeline = `/api/groups/${jane.group}/channels/${jane.timeline}/messages`;
	const memo = { type: "memo", content: { text: "the ice is thin" } };
	t.is((await call(origin, renewed.access_token, "POST", timeline, memo)).status, 201);
	await until("the memo arrives", () => bodies().includes("the ice is thin"));

	const traffic = JSON.stringify(peer.asked);
	t.true(peer.asked.some(({ url: path }) => path === "/client.json"));
	const documents: string[] = [];
	for (const collection of collections)
		for (const { id: key, json } of await gateway.context.store.page(collection, { order: "asc", limit: 1000 }))
			documents.push(`${collection.name} ${key} ${json}`);
	const stored = documents.join("\n");
	t.true(stored.includes("the ice is thin"));
	const secrets = {
		code: new URL(url).searchParams.get("code"),
		verifier: attempt.verifier,
		access: tokens.access_token,
		refresh: tokens.refresh_token,
		idToken: tokens.id_token,
		renewedAccess: renewed.access_token,
		renewedRefresh: renewed.refresh_token,
		session: browser.cookie("causeway_session"),
		form: browser.cookie("causeway_form"),
		interaction,
		device,
		password,
	};
	for (const [name, secret] of Object.entries(secrets)) {
		t.true(typeof secret === "string" && secret.length > 3, name);
		t.false(traffic.includes(secret as string), `${name} was sent to a peer`);
		t.false(stored.includes(secret as string), `${name} is stored`);
	}
});

test("responses with secrets are not cacheable, and only the client's own redirect URI contains one", async (t) => {
	await using provider = await startScene();
	const { origin } = provider;
	await member(provider, "jane");
	const config = await register(origin, {
		token_endpoint_auth_method: "client_secret_post",
		grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
	});
	const { client_id, client_secret, registration_client_uri, registration_access_token } = config.clientMetadata();
	const own = { client_id, client_secret: client_secret as string };
	const browser = createBrowser(origin);
	const attempt = await begin(config);
	const { url } = await goThrough(browser, await browser.open(attempt.url.href), "jane");
	t.deepEqual([...new URL(url).searchParams.keys()].toSorted(), ["code", "iss", "state"]);
	t.is(new URL(url).hash, "");
	const tokens = await redeem(config, attempt, url);
	const form = (path: string, fields: Record<string, string>) =>
		fetch(origin + path, { method: "POST", body: new URLSearchParams({ ...own, ...fields }) });
	const refreshed = { grant_type: "refresh_token", refresh_token: tokens.refresh_token as string };
	const answers: Record<string, Response> = {
		token: await form("/oauth/token", refreshed),
		introspection: await form("/oauth/introspect", { token: tokens.access_token }),
		device: await form("/oauth/device_authorization", { scope: "openid" }),
		userinfo: await ask(origin, tokens.access_token, "/oauth/userinfo"),
		registration: await ask(
			origin,
			registration_access_token as string,
			new URL(registration_client_uri as string).pathname,
		),
		login: await call(origin, tokens.access_token, "GET", "/api/me/sessions", undefined),
	};
	for (const [name, answer] of Object.entries(answers)) {
		t.is(answer.status, 200, name);
		t.regex(answer.headers.get("cache-control") ?? "", /no-store/, name);
	}
});
