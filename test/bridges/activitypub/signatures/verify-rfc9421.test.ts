import { hash, sign } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import type { SignatureFault, SignedMessage } from "../../../../bridges/activitypub/signatures/index.ts";
import { verifyRequest } from "../../../../bridges/activitypub/signatures/index.ts";
import { altered, body, ed25519, headerOf, holding, keyId, now, origin, otherRsa, owner, rsa } from "./actors.ts";

const seconds = Math.floor(now / 1000);
const contentDigest = `sha-256=:${hash("sha256", body, "base64")}:`;

interface Draft {
	method?: string;
	path?: string;
	components?: Record<string, string>;
	parameters?: string;
	key?: typeof rsa.privateKey;
	hash?: "sha256" | null;
	without?: string;
	headers?: Record<string, string>;
	body?: Buffer;
}

/** Signed after RFC 9421 by hand; the values of derived components are written out, not computed. */
function rfc9421(draft: Draft = {}): SignedMessage {
	const { method = "POST", path = "/inbox", key = rsa.privateKey } = draft;
	const components: Record<string, string> = draft.components ?? {
		"@method": method,
		"@target-uri": `https://us.example${path}`,
		"@authority": "us.example",
		...(method === "POST" ? { "content-digest": contentDigest } : {}),
	};
	const names = Object.keys(components).filter((name) => name !== draft.without);
	const parameters = draft.parameters ?? `;created=${seconds};keyid="${keyId}";alg="rsa-v1_5-sha256"`;
	const params = `(${names.map((name) => `"${name}"`).join(" ")})${parameters}`;
	const lines = [...names.map((name) => `"${name}": ${components[name]}`), `"@signature-params": ${params}`];
	const signature = sign("hash" in draft ? draft.hash : "sha256", Buffer.from(lines.join("\n")), key).toString(
		"base64",
	);
	return {
		method,
		path,
		headers: {
			host: "us.example",
			...(method === "POST" ? { "content-digest": contentDigest } : {}),
			...draft.headers,
			"signature-input": `sig1=${params}`,
			signature: `sig1=:${signature}:`,
		},
		body: draft.body ?? (method === "POST" ? body : Buffer.alloc(0)),
	};
}

const verify = (message: SignedMessage, key = rsa.publicKey) =>
	verifyRequest(message, { origin, now, resolveKey: holding(key) });

async function passes(t: ExecutionContext, message: SignedMessage, key = rsa.publicKey): Promise<void> {
	t.deepEqual(await verify(message, key), { outcome: "verified", keyId, owner, scheme: "rfc9421" });
}

async function faults(t: ExecutionContext, message: SignedMessage, reason: SignatureFault): Promise<void> {
	const result = await verify(message);
	t.is(result.outcome === "failed" ? result.reason : "verified", reason);
}

test("a POST with its content digest and a GET are verified", async (t) => {
	await passes(t, rfc9421());
	await passes(t, rfc9421({ method: "GET", path: "/users/7?page=1" }));
});

test("path and authority stand for the target, and further components may be covered", async (t) => {
	const components = {
		"@method": "POST",
		"@scheme": "https",
		"@authority": "us.example",
		"@path": "/inbox",
		"@query": "?a=b",
		"@request-target": "/inbox?a=b",
		host: "us.example",
		"content-digest": contentDigest,
		"content-type": "application/activity+json",
	};
	await passes(
		t,
		rfc9421({ path: "/inbox?a=b", components, headers: { "content-type": "application/activity+json" } }),
	);
});

test("Ed25519 keys verify, with their algorithm named or not, and not under another's name", async (t) => {
	const signed = (parameters: string) => rfc9421({ key: ed25519.privateKey, hash: null, parameters });
	await passes(t, signed(`;created=${seconds};keyid="${keyId}";alg="ed25519"`), ed25519.publicKey);
	await passes(t, signed(`;created=${seconds};keyid="${keyId}"`), ed25519.publicKey);
	const misnamed = signed(`;created=${seconds};keyid="${keyId}";alg="rsa-v1_5-sha256"`);
	t.like(await verify(misnamed, ed25519.publicKey), { reason: "unsupported-algorithm" });
	await faults(t, signed(`;created=${seconds};keyid="${keyId}";alg="hmac-sha256"`), "unsupported-algorithm");
});

test("method, target, content digest and created must be covered", async (t) => {
	for (const without of ["@method", "@target-uri", "content-digest"])
		await faults(t, rfc9421({ without }), "not-covered");
	await faults(t, rfc9421({ parameters: `;keyid="${keyId}"` }), "not-covered");
	const pathOnly = { "@method": "POST", "@path": "/inbox", "content-digest": contentDigest };
	await faults(t, rfc9421({ components: pathOnly }), "not-covered");
});

test("created and expires bound the time on both sides", async (t) => {
	const at = (created: number, expires?: number) =>
		rfc9421({
			parameters: `;created=${created};keyid="${keyId}"${expires === undefined ? "" : `;expires=${expires}`}`,
		});
	await passes(t, at(seconds - 3600));
	await passes(t, at(seconds, seconds + 300));
	for (const late of [
		at(seconds - 3601),
		at(seconds + 3601),
		at(seconds - 120, seconds - 60),
		at(seconds - 13 * 3600, seconds + 60),
	]) {
		await faults(t, late, "wrong-time");
	}
});

test("another body, digest, method, target or host than was signed is refused", async (t) => {
	const forged = Buffer.from("{}");
	await faults(t, altered(rfc9421(), { body: forged }), "digest-mismatch");
	const digest = `sha-256=:${hash("sha256", forged, "base64")}:`;
	await faults(t, altered(rfc9421(), { body: forged, headers: { "content-digest": digest } }), "bad-signature");
	await faults(t, altered(rfc9421(), { method: "PUT" }), "bad-signature");
	await faults(t, altered(rfc9421(), { path: "/inbox?x" }), "bad-signature");
	const elsewhere = {
		"@method": "POST",
		"@target-uri": "https://elsewhere.example/inbox",
		"content-digest": contentDigest,
	};
	await faults(t, rfc9421({ components: elsewhere }), "bad-signature");
	await faults(t, rfc9421({ key: otherRsa.privateKey }), "bad-signature");
});

test("a covered component that is unknown or not there is found", async (t) => {
	const base = { "@method": "POST", "@target-uri": "https://us.example/inbox", "content-digest": contentDigest };
	await faults(t, rfc9421({ components: { ...base, "x-absent": "1" } }), "not-covered");
	await faults(t, rfc9421({ components: { ...base, "@status": "200" } }), "not-covered");
});

test("unreadable fields never throw", async (t) => {
	const good = rfc9421();
	const input = headerOf(good, "signature-input");
	const signature = headerOf(good, "signature");
	const inputs = [
		"",
		"sig1",
		"sig1=",
		"sig1=(",
		"sig1=()",
		"sig1=(@method)",
		input.replace("sig1", "sig2"),
		`${input};created=1`,
		`${input};flag`,
		`${input} x`,
		input.replace('"@method"', '"@method";req'),
		input.replace('"@method"', '"@method" "@method"'),
		input.replace(/;keyid="[^"]*"/, ""),
		`sig1=(${Array.from({ length: 40 }, (_, i) => `"h${i}"`).join(" ")});keyid="x"`,
		`sig1=(${'"'.repeat(10_000)}`,
	];
	for (const bad of inputs) await faults(t, altered(good, { headers: { "signature-input": bad } }), "malformed");
	for (const bad of [
		"",
		"sig1",
		"sig1=::",
		"sig1=:*:",
		"sig1=eA==",
		signature.replace("sig1", "sig2"),
		`${signature} x`,
	]) {
		await faults(t, altered(good, { headers: { signature: bad } }), "malformed");
	}
});

test("of several signatures the first counts, wherever its bytes stand", async (t) => {
	const good = rfc9421();
	const headers = {
		"signature-input": `${headerOf(good, "signature-input")}, sig2=("@method");created=1;keyid="x"`,
		signature: `sig2=:eA==:, ${headerOf(good, "signature")}`,
	};
	await passes(t, altered(good, { headers }));
});
