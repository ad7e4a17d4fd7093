import test from "ava";
import { newKeyPair, signedHeaders } from "../support/device.ts";
import { startProvider } from "../support/provider.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("a registered key, a used nonce and a used bootstrap token survive a crash", async (t) => {
	const folder = await temporaryFolder(t);
	await using provider = await startProvider({ folder, env: { CAUSEWAY_REGISTRATION_MODE: "open" } });
	const { origin, domain } = provider;
	const post = async (at: string, body: object, token?: string) => {
		const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
		const headers = { "content-type": "application/json", ...authorization };
		const answer = await fetch(origin + at, { method: "POST", headers, body: JSON.stringify(body) });
		return { status: answer.status, body: (await answer.json()) as Record<string, string> };
	};
	const key = newKeyPair();
	const { body } = await post("/api/auth/register", { handle: "ana", password: "a plum in the tree" });
	const token = body.bootstrap_token;
	const made = await post("/api/auth/device-keys", { public_key: key.publicKey }, token);
	t.is(made.status, 201);
	await provider.kill9();
	await provider.restart();

	const keyId = made.body.key_id as string;
	const signing = { signer: `ana@${domain}`, keyId, key, authority: domain, method: "GET", target: "/api/me" };
	const headers = signedHeaders(signing);
	const me = async () => (await fetch(`${origin}/api/me`, { headers })).status;
	t.is(await me(), 200);
	await provider.kill9();
	await provider.restart();
	t.is(await me(), 401);
	t.is((await fetch(`${origin}/api/me`, { headers: signedHeaders(signing) })).status, 200);
	t.is((await post("/api/auth/device-keys", { public_key: newKeyPair().publicKey }, token)).status, 401);
});
