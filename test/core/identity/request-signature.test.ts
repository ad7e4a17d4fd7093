import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "ava";
import fc from "fast-check";
import {
	canonicalText,
	digestOf,
	isDigestOf,
	isSignedBy,
	readPublicKey,
	signRequest,
} from "#core/identity/request-signature.ts";
import { newKeyPair } from "../../support/device.ts";

const vector = JSON.parse(readFileSync(path.join(import.meta.dirname, "data", "signing-vector.json"), "utf8"));
const { headers } = vector;
const request = {
	...vector.request,
	timestamp: headers["X-OFSCP-Timestamp"],
	nonce: headers["X-OFSCP-Nonce"],
	digest: headers["X-OFSCP-Content-Digest"],
};
const publicKey = vector.key.public_key_base64;
const privateKey = createPrivateKey({
	key: Buffer.from(vector.key.private_key_pkcs8_base64, "base64"),
	format: "der",
	type: "pkcs8",
});

test("the test vector of the draft is reproduced byte for byte", (t) => {
	t.is(canonicalText(request), vector.canonical_string_lines.join("\n"));
	t.is(digestOf(vector.request.body), headers["X-OFSCP-Content-Digest"]);
	t.is(digestOf(""), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	t.is(sign(null, Buffer.from(canonicalText(request)), privateKey).toString("base64"), vector.expected.signature);
	t.true(isSignedBy(request, publicKey, vector.expected.signature));
});

for (const [line, change] of Object.entries({
	authority: { authority: "providerb.com" },
	method: { method: "PUT" },
	path: { path: `${request.path}/` },
	query: { query: "foo=2" },
	timestamp: { timestamp: "2026-01-01T12:00:01Z" },
	nonce: { nonce: "8wQk2mJ0r5sV1xZ3aB6cDh" },
	digest: { digest: digestOf("") },
}))
	test(`a signature is invalid if the ${line} differs`, (t) => {
		t.false(isSignedBy({ ...request, ...change }, publicKey, vector.expected.signature));
	});

test("malformed signatures and signatures of other keys are invalid", (t) => {
	for (const text of ["", "AAAA", vector.expected.signature.slice(0, -8), `${vector.expected.signature}AAAA`])
		t.false(isSignedBy(request, publicKey, text), text);
	t.false(isSignedBy(request, newKeyPair().publicKey, vector.expected.signature));
});

test("the canonical text depends on the pairs of the query, not on their order", (t) => {
	const pair = fc.stringMatching(/^[a-z0-9%=+-]{1,8}$/);
	fc.assert(
		fc.property(fc.array(pair, { minLength: 1, maxLength: 6 }), (pairs) => {
			const text = (list: readonly string[]) => canonicalText({ ...request, query: list.join("&") });
			t.is(text(pairs), text(pairs.toReversed()));
			t.not(text(pairs), text([...pairs, "more=1"]));
		}),
	);
	t.is(canonicalText({ ...request, query: "b=2&a=%31&a=1&B=3" }).split("\n")[3], "B=3&a=%31&a=1&b=2");
});

test("in the canonical text an empty path is `/`, and an empty query is an empty line", (t) => {
	t.deepEqual(
		canonicalText({ ...request, path: "", query: "" })
			.split("\n")
			.slice(2, 4),
		["/", ""],
	);
});

test("a digest must match the body completely", (t) => {
	t.true(isDigestOf(digestOf("hello"), Buffer.from("hello")));
	t.false(isDigestOf(digestOf("hello").slice(0, -1), Buffer.from("hello")));
	t.false(isDigestOf(digestOf("hello"), Buffer.from("hello ")));
});

test("a public key is read from its raw bytes and from its SPKI form", (t) => {
	const { publicKey: raw, spki } = newKeyPair();
	t.is(readPublicKey(raw), raw);
	t.is(readPublicKey(spki), raw);
	t.is(readPublicKey(Buffer.from(raw, "base64").toString("base64url")), raw);
	for (const text of ["", "AAAA", `${raw}AA`, `${spki.slice(0, 10)}B${spki.slice(11)}`, "é".repeat(32)])
		t.is(readPublicKey(text), undefined, text);
});

test("a signed request is verified over the seven lines of the canonical text", (t) => {
	const signer = {
		as: "actor",
		name: "jane@a.test",
		keyId: "ck-1",
		sign: (data: Uint8Array) => sign(null, data, privateKey).toString("base64"),
	} as const;
	const url = new URL("https://B.test:8443/api/x?b=2&a=1");
	const made = signRequest(signer, { method: "POST", url, body: "{}" }, Date.UTC(2026, 0, 1));
	t.like(made, {
		"X-OFSCP-Actor": "jane@a.test",
		"X-OFSCP-Key-ID": "ck-1",
		"X-OFSCP-Timestamp": "2026-01-01T00:00:00Z",
	});
	t.true(Buffer.from(made["X-OFSCP-Nonce"] as string, "base64url").length >= 16);
	const lines = [
		"b.test:8443",
		"POST",
		"/api/x",
		"a=1&b=2",
		made["X-OFSCP-Timestamp"],
		made["X-OFSCP-Nonce"],
		digestOf("{}"),
	];
	const signature = Buffer.from(made["X-OFSCP-Signature"] as string, "base64");
	t.true(verify(null, Buffer.from(lines.join("\n")), createPublicKey(privateKey), signature));
});
