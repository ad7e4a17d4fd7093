import test, { type ExecutionContext } from "ava";
import * as client from "openid-client";
import { recover, recoveryLink } from "#core/identity/recovery.ts";
import { endSession, sessionsOf } from "#core/identity/sessions.ts";
import { addToken } from "#core/identity/tokens.ts";
import { listenTo } from "../../realtime/event-client.ts";
import { createBrowser } from "../../support/browser-forms.ts";
import { type DeviceKeyPair, newKeyPair, signedHeaders } from "../../support/device.ts";
import type { Running } from "../../support/gateway.ts";
import { until } from "../../support/wait.ts";
import { authorize, member, password, register, startScene } from "./scene.ts";

const keysPath = "/api/auth/device-keys";

interface Key {
	readonly id: string;
	readonly pair: DeviceKeyPair;
}

/** A provider with one account, and what it may do with its credentials. */
async function open(t: ExecutionContext, handle = "jane") {
	const provider = await startScene();
	t.teardown(() => provider[Symbol.asyncDispose]());
	const jane = await member(provider, handle);
	const { context } = provider.gateway;

	const signed = ({ id, pair }: Key, method: string, target: string, body?: string) => {
		const signing = { signer: `${handle}@${provider.domain}`, keyId: id, key: pair, authority: provider.domain };
		return signedHeaders({ ...signing, method, target, ...(body === undefined ? {} : { body }) });
	};
	const send = (key: Key, target = "/api/me") =>
		fetch(provider.origin + target, { headers: signed(key, "GET", target) });

	/** Registers a new key with a token, or signed by another key. */
	async function keyBy(by: string | Key, pair = newKeyPair()): Promise<Key> {
		const body = JSON.stringify({ public_key: pair.publicKey, device_name: "Phone" });
		const headers = typeof by === "string" ? { authorization: `Bearer ${by}` } : signed(by, "POST", keysPath, body);
		const response = await fetch(provider.origin + keysPath, {
			method: "POST",
			headers: { "content-type": "application/json", ...headers },
			body,
		});
		const { id } = (await response.json()) as { id: string };
		return { id, pair };
	}
	const published = async (): Promise<readonly string[]> => {
		const response = await fetch(`${provider.origin}/.well-known/ofscp/users/${handle}/keys`);
		return ((await response.json()) as { keys: { key_id: string }[] }).keys.map((key) => key.key_id);
	};
	const newToken = () => addToken(context, { account: jane.id, scopes: ["ofscp"], name: "script" });
	return { provider, context, jane, signed, send, keyBy, published, newToken };
}
type Opened = Awaited<ReturnType<typeof open>>;

async function appToken({ origin }: Running, parameters: Readonly<Record<string, unknown>> = {}): Promise<string> {
	return (await authorize(origin, await register(origin), "jane", parameters)).access_token;
}

const grantOf = async ({ context, jane }: Opened): Promise<string> => {
	const apps = (await sessionsOf(context, jane)).filter(({ client: name }) => name === "Otter");
	return apps[0]?.id ?? "";
};

/** How a key comes to be that does not depend on the password, and the session with which it ends. */
const makers: readonly (readonly [string, (it: Opened) => Promise<{ readonly key: Key; readonly maker: string }>])[] = [
	["an app", async (it) => ({ key: await it.keyBy(await appToken(it.provider)), maker: await grantOf(it) })],
	[
		"an app with a JWT",
		async (it) => {
			const resource = it.provider.origin;
			return { key: await it.keyBy(await appToken(it.provider, { resource })), maker: await grantOf(it) };
		},
	],
	[
		"a key that an app has made",
		async (it) => {
			const first = await it.keyBy(await appToken(it.provider));
			return { key: await it.keyBy(await it.keyBy(first)), maker: await grantOf(it) };
		},
	],
	[
		"a personal access token",
		async (it) => {
			const key = await it.keyBy(await it.newToken());
			return { key, maker: (await sessionsOf(it.context, it.jane)).find(({ kind }) => kind === "token")?.id ?? "" };
		},
	],
	[
		"a key that a personal access token has made",
		async (it) => {
			const key = await it.keyBy(await it.keyBy(await it.newToken()));
			return { key, maker: (await sessionsOf(it.context, it.jane)).find(({ kind }) => kind === "token")?.id ?? "" };
		},
	],
];

for (const [name, make] of makers) {
	test.serial(`a device key made by ${name} ends with it: requests, streams and the published keys`, async (t) => {
		const it = await open(t);
		const { key, maker } = await make(it);
		t.is((await it.send(key)).status, 200);
		t.true((await it.published()).includes(key.id));
		const stream = await listenTo(`${it.provider.origin}/api/events`, undefined, it.signed(key, "GET", "/api/events"));
		t.is(stream.status, 200);
		t.true(await endSession(it.context, it.jane, maker));
		await until("the stream ends", () => stream.ended);
		t.is((await it.send(key)).status, 401);
		t.false((await it.published()).includes(key.id));
		t.false((await sessionsOf(it.context, it.jane)).some(({ id }) => id === key.id));
	});
}

test.serial("a device key is listed under the app that made it, as long as it lives", async (t) => {
	const it = await open(t);
	const { origin } = it.provider;
	const config = await register(origin);
	const browser = createBrowser(origin);
	const { access_token: token, refresh_token: refresh } = await authorize(origin, config, "jane", { browser });
	const key = await it.keyBy(token);
	const grant = await grantOf(it);
	const listed = await fetch(`${origin}/api/me/sessions`, { headers: { authorization: `Bearer ${token}` } });
	const { items } = (await listed.json()) as { items: { id: string; madeBy?: string }[] };
	t.is(items.find(({ id }) => id === key.id)?.madeBy, grant);
	t.false("madeBy" in (items.find(({ id }) => id === grant) ?? {}));

	const page = await browser.open("/account/apps");
	const made = page.text.indexOf("Device keys that end with Otter");
	t.true(made > page.text.indexOf(">Otter<") && made < page.text.indexOf("Access tokens"), "below the app");
	t.is(page.text.split("<strong><bdi>Phone</bdi></strong>").length, 2, "once");

	await client.tokenRevocation(config, refresh as string);
	t.is((await it.send(key)).status, 401, "revoking the app's token ends the grant, and so the key");
});

test.serial(
	"a key that its owner registers with the password outlives the app that registered it before",
	async (t) => {
		const it = await open(t);
		const key = await it.keyBy(await appToken(it.provider));
		const login = await fetch(`${it.provider.origin}/api/auth/login`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ handle: "jane", password }),
		});
		const { bootstrap_token: bootstrap } = (await login.json()) as { bootstrap_token: string };
		t.is((await it.keyBy(bootstrap, key.pair)).id, key.id);
		await endSession(it.context, it.jane, await grantOf(it));
		t.is((await it.send(key)).status, 200);
	},
);

test.serial("any number of apps can make a key and end", async (t) => {
	const it = await open(t);
	for (let i = 0; i < 110; i++) {
		const token = await it.newToken();
		const key = await it.keyBy(token);
		if (i % 10 === 0) t.is((await it.send(key)).status, 200, String(i));
		for (const { id, kind } of await sessionsOf(it.context, it.jane))
			if (kind === "token") await endSession(it.context, it.jane, id);
	}
	t.is((await it.send(await it.keyBy(await it.newToken()))).status, 200);
});

test.serial("a new password ends keys made by apps, and keeps what asks for it with what has made it", async (t) => {
	const it = await open(t);
	const [own, other] = [await it.keyBy(await appToken(it.provider)), await it.keyBy(await appToken(it.provider))];
	const at = "/api/me/password";
	const body = JSON.stringify({ current: password, next: "a louder harbour" });
	const headers = { "content-type": "application/json", ...it.signed(own, "PUT", at, body) };
	t.is((await fetch(it.provider.origin + at, { method: "PUT", headers, body })).status, 204);
	t.is((await it.send(own)).status, 200);
	t.is((await it.send(other)).status, 401);
	await recover(it.context, secretOf(await recoveryLink(it.context, it.jane)), "a third harbour");
	t.is((await it.send(own)).status, 401);
});

const secretOf = (link: string): string => new URL(link).searchParams.get("link") ?? "";

for (const [name, change] of [
	[
		"recovery through the API",
		async ({ provider, context, jane }: Opened, endAll: boolean) => {
			const token = secretOf(await recoveryLink(context, jane));
			await fetch(`${provider.origin}/api/auth/recover/confirm`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ token, newPassword: "a louder harbour", endAll }),
			});
		},
	],
	[
		"recovery on the page",
		async ({ provider, context, jane }: Opened, endAll: boolean) => {
			const browser = createBrowser(provider.origin);
			const page = await browser.open(await recoveryLink(context, jane));
			const choice: Record<string, string> = endAll ? { endAll: "yes" } : {};
			await browser.submit(page, "/recover/password", { password: "a louder harbour", ...choice });
		},
	],
	[
		"a change of the password on the page",
		async ({ provider }: Opened, endAll: boolean) => {
			const browser = createBrowser(provider.origin);
			await browser.submit(await browser.open("/login"), "/login", { name: "jane", password });
			const choice: Record<string, string> = endAll ? { endAll: "yes" } : {};
			const words = { current: password, next: "a louder harbour" };
			await browser.submit(await browser.open("/account/security"), "/security/password", { ...words, ...choice });
		},
	],
] as const) {
	test.serial(`${name} offers to revoke personal access tokens, with the keys that they have made`, async (t) => {
		for (const endAll of [false, true]) {
			const it = await open(t);
			const token = await it.newToken();
			await change(it, endAll);
			const headers = { authorization: `Bearer ${token}` };
			t.is((await fetch(`${it.provider.origin}/api/me`, { headers })).status, endAll ? 401 : 200);
		}
	});
}
