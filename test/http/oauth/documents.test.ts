import ava, { type TestFn } from "ava";
import { rotateSigningKeys } from "#core/identity/signing-keys.ts";
import type { Running } from "../../support/gateway.ts";
import { startScene } from "./scene.ts";

const test = ava as TestFn<{ provider: Running }>;
test.before(async (t) => {
	t.context.provider = await startScene();
});
test.after.always((t) => t.context.provider?.[Symbol.asyncDispose]());

const documents = [
	"/.well-known/openid-configuration",
	"/.well-known/oauth-authorization-server",
	"/.well-known/oauth-protected-resource",
	"/.well-known/jwks.json",
];

test("metadata documents are answered with 304 until they change", async (t) => {
	const { origin, gateway } = t.context.provider;
	const etags = new Map<string, string>();
	for (const at of documents) {
		const first = await fetch(origin + at);
		const etag = first.headers.get("etag") ?? "";
		t.regex(etag, /^"[\w-]+"$/, at);
		t.regex(first.headers.get("cache-control") ?? "", /^public, max-age=\d+$/, at);
		const again = await fetch(origin + at, { headers: { "if-none-match": `"other", ${etag}` } });
		t.deepEqual([again.status, await again.text(), again.headers.get("etag")], [304, "", etag], at);
		t.regex(again.headers.get("cache-control") ?? "", /^public/, at);
		t.is((await fetch(origin + at, { method: "HEAD" })).headers.get("etag"), etag, at);
		t.is((await fetch(origin + at, { headers: { "if-none-match": '"other"' } })).status, 200, at);
		etags.set(at, etag);
	}
	await rotateSigningKeys(gateway.context);
	for (const [at, etag] of etags) {
		const { status } = await fetch(origin + at, { headers: { "if-none-match": etag } });
		t.is(status, at.endsWith("jwks.json") ? 200 : 304, at);
	}
});

test("a metadata document answers other methods with 405 and Allow", async (t) => {
	for (const at of documents) {
		const refused = await fetch(t.context.provider.origin + at, { method: "POST" });
		t.is(refused.status, 405, at);
		t.regex(refused.headers.get("allow") ?? "", /\bGET\b/, at);
	}
});
