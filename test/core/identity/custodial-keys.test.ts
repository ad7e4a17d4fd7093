import { createPublicKey, verify } from "node:crypto";
import test from "ava";
import { createShadow } from "#core/accounts/create-shadow.ts";
import { accountById } from "#core/accounts/find-account.ts";
import { NotFound } from "#core/errors.ts";
import { custodialKeyOf, custodialKeys, publishedKeys, signAs } from "#core/identity/custodial-keys.ts";
import { deviceKeys } from "#core/identity/device-key.ts";
import { registerDeviceKey } from "#core/identity/device-keys.ts";
import { eraseSecrets } from "#core/identity/erase.ts";
import { addToken, tokenId } from "#core/identity/tokens.ts";
import { bridgeName } from "#core/ids.ts";
import type { Account } from "#core/model/account.ts";
import { openCore } from "../../support/core.ts";
import { newKeyPair } from "../../support/device.ts";

test("a custodial key is created once on first use, also under concurrency, and stored encrypted", async (t) => {
	const { context, person } = await openCore(t);
	const jane = await person("jane");
	const keys = await Promise.all([1, 2, 3, 4].map(() => custodialKeyOf(context, jane)));
	t.is(new Set(keys.map(({ keyId }) => keyId)).size, 1);
	const kept = await context.store.get(custodialKeys, jane.id);
	const pkcs8 = context.vault.open(kept?.doc.sealed) as string;
	t.is(Buffer.from(pkcs8, "base64").length, 48);
	t.false(kept?.json.includes(pkcs8));
});

test("a request signed on behalf of an account is verified by the published key of the account", async (t) => {
	const { context, person } = await openCore(t);
	const ghost = (await createShadow(context, {
		handle: "matrix-mia",
		domain: context.domain,
		kind: "person",
		profile: { displayName: "Mia" },
		bridgeable: true,
		origin: { bridge: bridgeName("matrix"), id: "@mia:matrix.test" },
	})) as Account;
	for (const account of [await person("jane"), ghost]) {
		const url = new URL("https://b.test/api/groups/g/channels/c/join?z=1&a=2");
		const headers = await signAs(context, account, { method: "POST", url, body: "{}" });
		const name = (header: string) => headers[`X-OFSCP-${header}`] as string;
		t.is(name("Actor"), `${account.handle}@social.test`);
		const [key] = await publishedKeys(context, account);
		t.is(key?.keyId, name("Key-ID"));
		const lines = ["b.test", "POST", url.pathname, "a=2&z=1", name("Timestamp"), name("Nonce"), name("Content-Digest")];
		const x = Buffer.from(key?.publicKey ?? "", "base64").toString("base64url");
		const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
		t.true(verify(null, Buffer.from(lines.join("\n")), publicKey, Buffer.from(name("Signature"), "base64")));
	}
});

test("the custodial key is published for accounts without a device key, and for those it has signed for", async (t) => {
	const { context, person } = await openCore(t);
	const jane = await person("jane");
	const held = await custodialKeyOf(context, jane);
	t.deepEqual(
		(await publishedKeys(context, jane)).map(({ keyId }) => keyId),
		[held.keyId],
	);
	const token = await addToken(context, { account: jane.id, scopes: ["ofscp"], name: "script" });
	const principal = { account: jane, scopes: ["ofscp"], credential: tokenId(token) };
	const { key } = await registerDeviceKey(context, principal, { publicKey: newKeyPair().publicKey, name: "Phone" });
	t.deepEqual(
		(await publishedKeys(context, jane)).map(({ keyId }) => keyId),
		[key.id],
	);
	await signAs(context, jane, { method: "GET", url: new URL("https://b.test/") });
	t.deepEqual(
		(await publishedKeys(context, jane)).map(({ keyId }) => keyId),
		[key.id, held.keyId],
	);
});

test("keys are erased with their account, and a deleted account gets no new one", async (t) => {
	const { context, person } = await openCore(t);
	const jane = await person("jane");
	await custodialKeyOf(context, jane);
	const principal = { account: jane, scopes: ["ofscp"], credential: "t" };
	const { key } = await registerDeviceKey(context, principal, { publicKey: newKeyPair().publicKey, name: "Phone" });
	await eraseSecrets(context, jane.id);
	t.is(await context.store.get(custodialKeys, jane.id), undefined);
	t.is(await context.store.get(deviceKeys, key.id), undefined);
	const now = await accountById(context, jane.id);
	if (now === undefined) throw new Error("The account is gone");
	await t.throwsAsync(custodialKeyOf(context, { ...now, deletedAt: 1 }), { instanceOf: NotFound });
});
