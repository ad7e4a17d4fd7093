import { type KeyObject, webcrypto } from "node:crypto";
import { signRequest as fedifySign, verifyRequest as fedifyVerify } from "@fedify/fedify/sig";
import test from "ava";
import { type SignedMessage, signRequest, verifyRequest } from "../../../../bridges/activitypub/signatures/index.ts";
import { body, holding, keyId, origin, owner, rsa } from "./actors.ts";

/** Fedify is the independent implementation: what it signs we verify, what we sign it verifies. */
const cryptoKey = (key: KeyObject) =>
	webcrypto.subtle.importKey(
		"pkcs8",
		key.export({ type: "pkcs8", format: "der" }),
		{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
		true,
		["sign"],
	);

const documentLoader = async (url: string) => ({
	contextUrl: null,
	documentUrl: url,
	document: {
		"@context": "https://w3id.org/security/v1",
		id: keyId,
		type: "CryptographicKey",
		owner,
		publicKeyPem: rsa.publicKey.export({ type: "spki", format: "pem" }).toString(),
	},
});

const requests = [
	new Request(`${origin}/inbox`, { method: "POST", body, headers: { "content-type": "application/activity+json" } }),
	new Request(`${origin}/users/7`, { headers: { accept: "application/activity+json" } }),
];

async function received(request: Request): Promise<SignedMessage> {
	const { pathname, search, host } = new URL(request.url);
	return {
		method: request.method,
		path: pathname + search,
		headers: { host, ...Object.fromEntries(request.headers) },
		body: Buffer.from(await request.arrayBuffer()),
	};
}

for (const [spec, scheme] of [
	["draft-cavage-http-signatures-12", "cavage"],
	["rfc9421", "rfc9421"],
] as const) {
	test(`what Fedify signs after ${spec} is verified`, async (t) => {
		for (const request of requests) {
			const signed = await fedifySign(request.clone(), await cryptoKey(rsa.privateKey), new URL(keyId), { spec });
			const message = await received(signed);
			const options = { origin, now: Date.now(), resolveKey: holding(rsa.publicKey) };
			t.deepEqual(await verifyRequest(message, options), { outcome: "verified", keyId, owner, scheme });
			const tampered = { ...message, path: "/elsewhere" };
			t.like(await verifyRequest(tampered, options), { outcome: "failed", reason: "bad-signature" });
		}
	});
}

for (const method of ["POST", "GET"] as const) {
	test(`Fedify verifies a ${method} that we sign`, async (t) => {
		const url = new URL(`${origin}/inbox`);
		const content = method === "POST" ? { body } : {};
		const headers = await signRequest({ method, url, ...content, keyId, privateKey: rsa.privateKey });
		const request = new Request(url, { method, headers, ...content });
		const key = await fedifyVerify(request, { documentLoader });
		t.is(key?.id?.href, keyId);
		const tampered = new Request(`${origin}/elsewhere`, { method, headers, ...content });
		t.is(await fedifyVerify(tampered, { documentLoader }), null);
	});
}

test("what we sign we verify, with a query, a port and a body of text", async (t) => {
	const url = new URL("http://localhost:8480/inbox?a=1#fragment");
	const text = "grüß";
	const headers = await signRequest({ method: "POST", url, body: text, keyId, privateKey: rsa.privateKey });
	t.deepEqual(Object.keys(headers), ["host", "date", "digest", "signature"]);
	const message = { method: "POST", path: "/inbox?a=1", headers, body: Buffer.from(text) };
	const options = { origin: url.origin, now: Date.now(), resolveKey: holding(rsa.publicKey) };
	t.like(await verifyRequest(message, options), { outcome: "verified" });
});
