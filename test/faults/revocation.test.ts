import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import anyTest, { type TestFn } from "ava";
import * as client from "openid-client";
import { authorize, register } from "../http/oauth/scene.ts";
import { type EventClient, listenTo } from "../realtime/event-client.ts";
import { createBrowser } from "../support/browser-forms.ts";
import type { Client } from "../support/client.ts";
import { newKeyPair, signedHeaders } from "../support/device.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { until } from "../support/wait.ts";

const test = anyTest as TestFn<{ folder: string; provider: Provider; bob: Client; own: string }>;
const password = "correct horse battery staple";
const next = "another plum in the tree";

test.before(async (t) => {
	const folder = await mkdtemp(path.join(tmpdir(), "causeway-revocation-"));
	const env = { CAUSEWAY_REGISTRATION_MODE: "open", CAUSEWAY_EVENTS_HEARTBEAT_SECONDS: "1" };
	const provider = await startProvider({ folder, env });
	const bob = await provider.person("bob");
	Object.assign(t.context, { folder, provider, bob, own: (await bob.call("GET", "/api/me")).timeline.channel });
});
test.after.always(async (t) => {
	await t.context.provider?.[Symbol.asyncDispose]();
	if (t.context.folder !== undefined) await rm(t.context.folder, { recursive: true, force: true, maxRetries: 3 });
});

const everything = ["app", "laptop", "phone", "token"] as const;
type Session = (typeof everything)[number];

/** Signs a new account in with every kind of session, each with an open event stream. */
async function signedIn(provider: Provider, handle: string, channel: string) {
	const { origin, domain } = provider;
	const post = async (at: string, body: object, token?: string) => {
		const bearer = token === undefined ? {} : { authorization: `Bearer ${token}` };
		const headers = { "content-type": "application/json", ...bearer };
		const answer = await fetch(origin + at, { method: "POST", headers, body: JSON.stringify(body) });
		return (await answer.json()) as Record<string, string>;
	};
	await post("/api/auth/register", { handle, password });
	const token = await provider.cli("token", "add", handle);
	const config = await register(origin);
	const browser = createBrowser(origin);
	const tokens = await authorize(origin, config, handle, { browser });
	const device = async (name: string) => {
		const key = newKeyPair();
		const { bootstrap_token: right } = await post("/api/auth/login", { handle, password });
		const { key_id: keyId } = await post("/api/auth/device-keys", { public_key: key.publicKey, name }, right);
		return { id: keyId as string, signing: { signer: `${handle}@${domain}`, keyId: keyId as string, key } };
	};
	const [laptop, phone] = [await device("laptop"), await device("phone")];
	const headersOf = (session: Session, method: string, target: string, body = ""): Record<string, string> => {
		if (session === "app") return { authorization: `Bearer ${tokens.access_token}` };
		if (session === "token") return { authorization: `Bearer ${token}` };
		const { signing } = session === "laptop" ? laptop : phone;
		return signedHeaders({ ...signing, authority: domain, method, target, body });
	};
	const ask = async (session: Session, method: string, target: string, body?: object) => {
		const text = body === undefined ? undefined : JSON.stringify(body);
		const type: Record<string, string> = text === undefined ? {} : { "content-type": "application/json" };
		const headers = { ...headersOf(session, method, target, text), ...type };
		return fetch(origin + target, { method, headers, ...(text === undefined ? {} : { body: text }) });
	};
	const streams = new Map<Session, EventClient>();
	const target = `/api/events?channels=${channel}`;
	for (const session of everything)
		streams.set(session, await listenTo(origin + target, undefined, headersOf(session, "GET", target)));
	const listed = (await (await ask("laptop", "GET", "/api/me/sessions")).json()) as {
		items: { id: string; kind: string; client: string }[];
	};
	const ids = {
		app: listed.items.find(({ client: name }) => name === "Otter")?.id as string,
		laptop: laptop.id,
		phone: phone.id,
		token: listed.items.find(({ kind }) => kind === "token")?.id as string,
	};
	const refresh = () => client.refreshTokenGrant(config, tokens.refresh_token as string);
	const revoke = () => client.tokenRevocation(config, tokens.refresh_token as string);
	return { handle, ask, streams, ids, browser, refresh, revoke };
}
type Person = Awaited<ReturnType<typeof signedIn>>;

interface Ending {
	readonly what: string;
	readonly ends: readonly Session[];
	/** Whether signed-in browsers are signed out too. */
	readonly browsers: boolean;
	act(person: Person, provider: Provider): Promise<unknown>;
}

const endings: readonly Ending[] = [
	{
		what: "revoking an app",
		ends: ["app"],
		browsers: false,
		act: ({ ask, ids }) => ask("laptop", "DELETE", `/api/me/sessions/${ids.app}`),
	},
	{ what: "token revocation by an app", ends: ["app"], browsers: false, act: ({ revoke }) => revoke() },
	{
		what: "deleting a device key",
		ends: ["phone"],
		browsers: false,
		act: ({ ask, ids }) => ask("laptop", "DELETE", `/api/auth/device-keys/${ids.phone}`),
	},
	{
		what: "changing the password",
		ends: ["app", "phone"],
		browsers: true,
		act: ({ ask }) => ask("laptop", "PUT", "/api/me/password", { current: password, next }),
	},
	{
		what: "recovery with the operator's link",
		ends: ["app", "laptop", "phone"],
		browsers: true,
		async act({ handle }, provider) {
			const token = new URL(await provider.cli("user", "recover", handle)).searchParams.get("link");
			await fetch(`${provider.origin}/api/auth/recover/confirm`, {
				method: "POST",
				headers: { "content-type": "application/json" },
				body: JSON.stringify({ token, newPassword: next }),
			});
		},
	},
	{
		what: "deleting the account",
		ends: everything,
		browsers: true,
		act: ({ ask }) => ask("token", "DELETE", "/api/me", { password }),
	},
	{
		what: "revoking on the command line",
		ends: ["app", "phone", "token"],
		browsers: false,
		async act({ handle, ids }, provider) {
			for (const session of ["app", "phone", "token"] as const)
				await provider.cli("token", "revoke", handle, ids[session]);
		},
	},
];

for (const [i, { what, ends, browsers, act }] of endings.entries()) {
	const named = ends.length === everything.length ? "everything" : ends.join(" and ");
	test(`${what} ends exactly the sessions and streams of: ${named}`, async (t) => {
		const { provider, bob, own } = t.context;
		const person = await signedIn(provider, `person${i}`, own);
		for (const [session, stream] of person.streams) t.is(stream.status, 200, session);
		await act(person, provider);

		const { timeline } = await bob.call("GET", "/api/me");
		const messages = `/api/groups/${timeline.group}/channels/${own}/messages`;
		const message = await bob.call("POST", messages, { type: "memo", content: { text: `after ${i}` } });
		const hasReceived = (stream: EventClient) =>
			stream.events.some(({ data }) => JSON.stringify(data).includes(message.id));
		for (const [session, stream] of person.streams) {
			if (ends.includes(session)) await until(`the stream of ${session} ends`, () => stream.ended);
			else await until(`${session} receives the message`, () => hasReceived(stream));
		}
		for (const [session, stream] of person.streams) {
			t.is(stream.ended, ends.includes(session), session);
			t.is(hasReceived(stream), !ends.includes(session), `${session} receives the message`);
			t.is((await person.ask(session, "GET", "/api/me")).status, ends.includes(session) ? 401 : 200, session);
		}
		if (ends.includes("app")) await t.throwsAsync(person.refresh());
		else await t.notThrowsAsync(person.refresh());
		const { url } = await person.browser.open("/account");
		t.is(new URL(url).pathname, browsers ? "/login" : "/account");
		for (const stream of person.streams.values()) stream.kill();
	});
}
