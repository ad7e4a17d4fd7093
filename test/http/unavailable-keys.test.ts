import test, { type ExecutionContext } from "ava";
import { type OfscpHome, startHome } from "../peers/ofscp-home.ts";
import { newKeyPair, signedHeaders } from "../support/device.ts";
import { type Door, openDoor, type Reply } from "./door.ts";

const target = "/api/identity/users/jane@social.example";
const memos = { type: "memo", content: { text: "From afar" } };

interface Scene {
	readonly door: Door;
	readonly home: OfscpHome;
	/** The path of an open channel. */
	readonly path: string;
}

async function open(t: ExecutionContext): Promise<Scene> {
	const home = await startHome(t);
	const door = await openDoor();
	t.teardown(() => door.close());
	home.resident("sam");
	home.ownKeys.set("psk-1", newKeyPair());
	const { path } = await door.channel(await door.person("jane"));
	return { door, home, path };
}

interface Need {
	/** The path of the document at the home. */
	at(home: OfscpHome): string;
	send(scene: Scene): Promise<Reply>;
}

/** The documents that authenticating needs, each with a request that needs it. */
const needs: Readonly<Record<string, Need>> = {
	"the keys of a person": {
		at: () => "/.well-known/ofscp/users/sam/keys",
		send: ({ door, home, path }) => {
			const at = `${path}/messages`;
			return door.ask("GET", at, { headers: signed(home, { method: "GET", target: at }) });
		},
	},
	"the keys of a person who writes": {
		at: () => "/.well-known/ofscp/users/sam/keys",
		send: ({ door, home, path }) => {
			const at = `${path}/messages`;
			const raw = JSON.stringify(memos);
			return door.ask("POST", at, { raw, headers: signed(home, { method: "POST", target: at, body: raw }) });
		},
	},
	"the profile of a person": {
		at: ({ domain }) => `/api/identity/users/sam@${domain}`,
		send: ({ door, home, path }) => {
			const at = `${path}/join`;
			return door.ask("POST", at, { headers: signed(home, { method: "POST", target: at }) });
		},
	},
	"the keys of a provider": {
		at: () => "/.well-known/ofscp-provider",
		send: ({ door, home }) => {
			const [keyId = "", key = newKeyPair()] = [...home.ownKeys][0] ?? [];
			const signing = { as: "provider", signer: home.domain, keyId, key, authority: "social.example" } as const;
			return door.ask("GET", target, { headers: signedHeaders({ ...signing, method: "GET", target }) });
		},
	},
};

function signed(home: OfscpHome, request: { method: string; target: string; body?: string }): Record<string, string> {
	const [keyId = "", key = newKeyPair()] = [...(home.residents.get("sam")?.keys ?? [])][0] ?? [];
	return signedHeaders({ signer: `sam@${home.domain}`, keyId, key, authority: "social.example", ...request });
}

for (const [what, { at, send }] of Object.entries(needs)) {
	test(`a request is answered 503 with Retry-After while ${what} can't be fetched, and accepted afterwards`, async (t) => {
		const scene = await open(t);
		const { home } = scene;
		const isRefusedForNow = (answer: Reply, why: string): void => {
			t.is(answer.status, 503, why);
			t.is(answer.body.errorCode, "actor_keys_unavailable", why);
			t.regex(answer.headers.get("retry-after") ?? "", /^[1-9]\d*$/, why);
			t.is(answer.headers.get("www-authenticate"), null, why);
		};
		for (const status of [408, 429, 500, 502, 503, 504, 530]) {
			home.instead.set(at(home), { status });
			isRefusedForNow(await send(scene), String(status));
		}
		home.instead.clear();
		home.away = true;
		isRefusedForNow(await send(scene), "no connection");
		home.away = false;
		const { status } = await send(scene);
		t.true(status < 500 && status !== 401, String(status));
	});
}

for (const [what, { at, send }] of Object.entries(needs).filter(([name]) => name.startsWith("the keys"))) {
	test(`a request is answered 401 if ${what} are missing, unreadable or too large`, async (t) => {
		for (const instead of [
			{ status: 404 },
			{ status: 410 },
			{ status: 403 },
			{ status: 302, headers: { location: "http://127.0.0.1:1/" } },
			{ status: 200 },
			{ status: 200, body: [] },
			{ status: 200, body: { keys: "x".repeat(300_000) } },
		]) {
			const scene = await open(t);
			scene.home.instead.set(at(scene.home), instead);
			const answer = await send(scene);
			t.is(answer.status, 401, JSON.stringify(instead).slice(0, 80));
			t.is(answer.body.errorCode, "signature_invalid");
		}
	});
}

test("a forged signature with a known key is answered 401 while the home is reachable", async (t) => {
	const { door, home, path } = await open(t);
	const at = `${path}/messages`;
	const request = { method: "GET", target: at, keyId: "dk_sam", authority: "social.example" };
	const forged = signedHeaders({ ...request, signer: `sam@${home.domain}`, key: newKeyPair() });
	t.is((await door.ask("GET", at, { headers: forged })).body.errorCode, "signature_invalid");
});
