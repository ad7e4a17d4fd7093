import test from "ava";
import { accountByHandle } from "#core/accounts/find-account.ts";
import { signAs } from "#core/identity/custodial-keys.ts";
import type { Client } from "../support/client.ts";
import { newKeyPair, signedHeaders } from "../support/device.ts";
import { type Running, startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Creates a public channel of `owner`. */
async function openChannel(owner: Client): Promise<string> {
	const { id } = await owner.call("POST", "/api/groups", { name: "Guild" });
	const { id: channel } = await owner.call("POST", `/api/groups/${id}/channels`, { name: "general", tier: "public" });
	return `/api/groups/${id}/channels/${channel}`;
}

/** Sends a request to `to`, signed by the provider `from` for a user without a key of their own. */
async function held(from: Running, handle: string, to: Running, method: string, target: string, body?: object) {
	const account = await accountByHandle(from.gateway.context, handle, from.domain);
	if (account === undefined) throw new Error(`There is no ${handle}`);
	const url = new URL(target, to.origin);
	const text = body === undefined ? undefined : JSON.stringify(body);
	const request = { method, url, ...(text === undefined ? {} : { body: text }) };
	const headers = { ...(await signAs(from.gateway.context, account, request)), "content-type": "application/json" };
	const answer = await fetch(url, { ...request, headers });
	return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}

test("two providers authenticate each other's users by device keys and by provider keys", async (t) => {
	const a = await startGateway(await temporaryFolder(t));
	const b = await startGateway(await temporaryFolder(t));
	t.teardown(async () => {
		await a[Symbol.asyncDispose]();
		await b[Symbol.asyncDispose]();
	});
	const [jane, sam] = [await a.person("jane"), await b.person("sam")];
	const [atJanes, atSams] = [await openChannel(jane), await openChannel(sam)];
	const memo = { type: "memo", content: { text: "Across the water" } };

	t.is((await held(b, "sam", a, "POST", `${atJanes}/join`)).status, 201);
	const posted = await held(b, "sam", a, "POST", `${atJanes}/messages`, memo);
	t.is(posted.status, 201);
	t.is(posted.body.author, sam.address);

	// Jane signs with a device key.
	const key = newKeyPair();
	const { key_id } = await jane.call("POST", "/api/auth/device-keys", { public_key: key.publicKey });
	const signed = async (method: string, target: string, body?: object) => {
		const text = body === undefined ? {} : { body: JSON.stringify(body) };
		const signing = { signer: jane.address, keyId: key_id, key, authority: b.domain, method, target, ...text };
		const headers = { ...signedHeaders(signing), "content-type": "application/json" };
		const answer = await fetch(b.origin + target, { method, headers, ...text });
		return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
	};
	t.is((await signed("POST", `${atSams}/join`)).status, 201);
	const answered = await signed("POST", `${atSams}/messages`, memo);
	t.is(answered.status, 201);
	t.is(answered.body.author, jane.address);
	t.is((await signed("POST", `${atJanes}/join`)).status, 404, "a channel of her own provider is not there");

	// How each provider shows the other's users to its own.
	const { items } = await jane.call("GET", `${atJanes}/messages`);
	t.is(items[0].author, sam.address);
	const shadow = await accountByHandle(b.gateway.context, "jane", a.domain);
	t.is(shadow?.origin?.id, `${(await jane.call("GET", "/api/me")).id}@${a.domain}`);
	t.is(shadow?.profile.displayName, "jane");
});
