import test, { type ExecutionContext } from "ava";
import { digestOf } from "../../../../bridges/activitypub/signatures/digest.ts";
import type { SignatureFault, SignedMessage } from "../../../../bridges/activitypub/signatures/index.ts";
import { verifyRequest } from "../../../../bridges/activitypub/signatures/index.ts";
import {
	altered,
	body,
	cavage,
	type Draft,
	dateHeader,
	ed25519,
	headerOf,
	holding,
	hours,
	keyId,
	now,
	origin,
	otherRsa,
	owner,
	rsa,
} from "./actors.ts";

const verify = (message: SignedMessage, resolveKey = holding(rsa.publicKey)) =>
	verifyRequest(message, { origin, now, resolveKey });

async function passes(t: ExecutionContext, draft: Draft, key = rsa.publicKey): Promise<void> {
	t.deepEqual(await verify(cavage(draft), holding(key)), { outcome: "verified", keyId, owner, scheme: "cavage" });
}

async function faults(t: ExecutionContext, message: SignedMessage, reason: SignatureFault): Promise<void> {
	const result = await verify(message);
	t.is(result.outcome === "failed" ? result.reason : "verified", reason);
}

const all = ["(request-target)", "host", "date", "digest"];
const seconds = Math.floor(now / 1000);

test("a POST with its digest and a GET without one are verified", async (t) => {
	await passes(t, {});
	await passes(t, { method: "GET", path: "/users/7" });
});

test("more headers than required may be covered, in any order", async (t) => {
	await passes(t, {
		covered: ["digest", "content-type", "host", "date", "(request-target)", "user-agent"],
		headers: { "content-type": "application/activity+json", "user-agent": "Mastodon/4.4" },
	});
});

test("the algorithm may be absent", async (t) => {
	await passes(t, { algorithm: undefined });
});

test("hs2019 is RSA with SHA-256 or SHA-512, or Ed25519", async (t) => {
	await passes(t, { algorithm: "hs2019" });
	await passes(t, { algorithm: "hs2019", hash: "sha512" });
	await passes(t, { algorithm: "hs2019", hash: null, key: ed25519.privateKey }, ed25519.publicKey);
});

test("rsa-sha256 is neither SHA-512 nor Ed25519", async (t) => {
	await faults(t, cavage({ hash: "sha512" }), "bad-signature");
	const message = cavage({ hash: null, key: ed25519.privateKey });
	t.like(await verify(message, holding(ed25519.publicKey)), { outcome: "failed", reason: "unsupported-algorithm" });
});

test("other algorithms are refused", async (t) => {
	for (const algorithm of ["rsa-sha1", "hmac-sha256", "ecdsa-sha256", "none", ""]) {
		await faults(t, cavage({ algorithm }), "unsupported-algorithm");
	}
});

test("the query may be part of the signed target or not", async (t) => {
	await passes(t, { path: "/inbox?a=1&b=%20" });
	await passes(t, { path: "/inbox?a=1", target: "/inbox" });
	await faults(t, cavage({ path: "/inbox?a=1", target: "/inbox?a=2" }), "bad-signature");
	await faults(t, cavage({ path: "/inbox", target: "/inbox?a=1" }), "bad-signature");
});

test("another method or path than was signed is a bad signature", async (t) => {
	await faults(t, altered(cavage(), { path: "/users/7/inbox" }), "bad-signature");
	await faults(t, altered(cavage(), { method: "PUT" }), "bad-signature");
});

test("a POST must cover its digest, its target, its host and a time", async (t) => {
	for (const name of all) await faults(t, cavage({ covered: all.filter((other) => other !== name) }), "not-covered");
	await faults(t, cavage({ covered: ["date"] }), "not-covered");
	const bare = cavage();
	const header = headerOf(bare, "signature").replace(/headers="[^"]*",/, "");
	await faults(t, altered(bare, { headers: { signature: header } }), "not-covered");
});

test("a GET must cover its target, its host and a time", async (t) => {
	const gets = ["(request-target)", "host", "date"];
	for (const name of gets) {
		await faults(t, cavage({ method: "GET", covered: gets.filter((other) => other !== name) }), "not-covered");
	}
});

test("a body that is not the one of the digest is found before any key is asked for", async (t) => {
	const resolveKey = () => t.fail() as never;
	const message = altered(cavage(), { body: Buffer.from(`${body.toString()} `) });
	t.like(await verify(message, resolveKey), { reason: "digest-mismatch" });
});

test("a digest that was exchanged together with the body is a bad signature", async (t) => {
	const forged = Buffer.from("{}");
	await faults(t, altered(cavage(), { body: forged, headers: { digest: digestOf(forged) } }), "bad-signature");
});

test("a digest may use SHA-512 and other letter case; unknown, empty and broken ones are refused", async (t) => {
	const { hash } = await import("node:crypto");
	await passes(t, { headers: { digest: `sha-512=${hash("sha512", body, "base64")}` } });
	await passes(t, { headers: { digest: `sha-256=${hash("sha256", body, "base64")},unixsum=30637` } });
	const wrong = `SHA-256=${hash("sha256", "x", "base64")}`;
	for (const digest of [`MD5=${hash("md5", body, "base64")}`, "", "SHA-256", "SHA-256=", "SHA-256=%%%", wrong]) {
		await faults(t, cavage({ headers: { digest } }), "digest-mismatch");
	}
	await faults(t, cavage({ headers: { digest: `${digestOf(body)},${wrong}` } }), "digest-mismatch");
});

test("a GET that carries a body must cover its digest too", async (t) => {
	await faults(t, cavage({ method: "GET", body }), "not-covered");
});

test("a date counts up to an hour in either direction", async (t) => {
	for (const offset of [hours(-1), hours(1), 0, -1000]) await passes(t, { headers: { date: dateHeader(offset) } });
	for (const offset of [hours(-1) - 1000, hours(1) + 1000, hours(-24), hours(24)]) {
		await faults(t, cavage({ headers: { date: dateHeader(offset) } }), "wrong-time");
	}
	for (const date of ["", "yesterday", "NaN"]) await faults(t, cavage({ headers: { date } }), "wrong-time");
});

test("(created) stands for the date where the algorithm is hs2019", async (t) => {
	const covered = ["(request-target)", "(created)", "host", "digest"];
	await passes(t, { algorithm: "hs2019", covered, created: seconds });
	for (const created of [seconds - 3601, seconds + 3601]) {
		await faults(t, cavage({ algorithm: "hs2019", covered, created }), "wrong-time");
	}
	await faults(t, cavage({ algorithm: "hs2019", covered }), "wrong-time");
	await faults(t, cavage({ covered, created: seconds }), "malformed");
	await faults(t, cavage({ algorithm: undefined, covered, created: seconds }), "malformed");
});

test("(expires) ends a signature, and lengthens its life to 12 hours at most", async (t) => {
	const covered = ["(request-target)", "(created)", "(expires)", "host", "digest"];
	const signed = (created: number, expires: number) => cavage({ algorithm: "hs2019", covered, created, expires });
	const verified = async (message: SignedMessage) => t.is((await verify(message)).outcome, "verified");
	await verified(signed(seconds, seconds + 60));
	await verified(signed(seconds - 11 * 3600, seconds + 60));
	await faults(t, signed(seconds - 120, seconds - 60), "wrong-time");
	await faults(t, signed(seconds - 13 * 3600, seconds + 60), "wrong-time");
	await faults(t, signed(seconds - 13 * 3600, seconds + 10 ** 9), "wrong-time");
});

test("with both a date and (created), both must be timely", async (t) => {
	const covered = [...all, "(created)"];
	await passes(t, { algorithm: "hs2019", covered, created: seconds });
	await faults(t, cavage({ algorithm: "hs2019", covered, created: seconds - 7200 }), "wrong-time");
	await faults(
		t,
		cavage({ algorithm: "hs2019", covered, created: seconds, headers: { date: dateHeader(hours(-2)) } }),
		"wrong-time",
	);
});

test("a signature made for another host is refused, whatever Host header it comes with", async (t) => {
	const elsewhere = cavage({ headers: { host: "elsewhere.example" } });
	await faults(t, elsewhere, "wrong-host");
	await faults(t, altered(elsewhere, { headers: { host: "us.example" } }), "bad-signature");
	await faults(t, cavage({ headers: { host: "us.example:8443" } }), "wrong-host");
});

test("the host may be spelled in other letter case and with https's own port", async (t) => {
	await passes(t, { headers: { host: "US.example" } });
	await passes(t, { headers: { host: "us.example:443" } });
});

test("a proxy that replaced the Host header does no harm", async (t) => {
	t.is((await verify(altered(cavage(), { headers: { host: "127.0.0.1:8480" } }))).outcome, "verified");
});

test("a covered header that is not there is found", async (t) => {
	await faults(t, cavage({ covered: [...all, "content-type"] }), "not-covered");
	await faults(t, cavage({ covered: [...all, "__proto__"] }), "not-covered");
	await faults(t, cavage({ covered: [...all, "(unknown)"] }), "not-covered");
});

test("a request without a signature is missing one", async (t) => {
	const { signature: _, ...headers } = cavage().headers;
	await faults(t, { ...cavage(), headers }, "missing");
});

test("an unreadable signature header never throws", async (t) => {
	const good = headerOf(cavage(), "signature");
	const bad = [
		"",
		"x",
		",",
		"keyId",
		'keyId="',
		`${good},`,
		`${good},${good}`,
		`${good}, keyId="${keyId}"`,
		good.replace(/signature="[^"]*"/, 'signature="***"'),
		good.replace(/signature="[^"]*"/, 'signature=""'),
		good.replace(/signature="(.)/, 'signature="-'),
		good.replace(/,signature="[^"]*"/, ""),
		good.replace(/keyId="[^"]*",/, ""),
		good.replace(/keyId="[^"]*"/, 'keyId=""'),
		good.replace(/headers="[^"]*"/, 'headers=""'),
		good.replace(/headers="[^"]*"/, 'headers="host  date"'),
		good.replace(/headers="[^"]*"/, 'headers="date date"'),
		good.replace(/headers="[^"]*"/, `headers="${Array.from({ length: 40 }, (_, i) => `h${i}`).join(" ")}"`),
		`created="soon",${good}`,
		`keyId="${"x".repeat(10_000)}",signature="eA=="`,
	];
	for (const signature of bad) await faults(t, altered(cavage(), { headers: { signature } }), "malformed");
});

test("unknown parameters are ignored, repeated headers are joined", async (t) => {
	const message = cavage();
	t.is(
		(await verify(altered(message, { headers: { signature: `version="2",${headerOf(message, "signature")}` } })))
			.outcome,
		"verified",
	);
	const listed = cavage({ covered: [...all, "x-list"], headers: { "x-list": "a, b" } });
	t.is((await verify({ ...listed, headers: { ...listed.headers, "x-list": ["a", "b "] } })).outcome, "verified");
});

test("a key that does not fit is asked for once more, and a changed one is taken", async (t) => {
	const asked: boolean[] = [];
	const resolveKey = async (id: string, refresh: boolean) => {
		asked.push(refresh);
		return { id, owner, key: refresh ? rsa.publicKey : otherRsa.publicKey };
	};
	t.is((await verify(cavage(), resolveKey)).outcome, "verified");
	t.deepEqual(asked, [false, true]);
});

test("a signature of someone else's key is bad", async (t) => {
	await faults(t, cavage({ key: otherRsa.privateKey }), "bad-signature");
});

test("an unknown key and one that can't be fetched are told apart", async (t) => {
	t.like(await verify(cavage(), async () => undefined), { reason: "unknown-key", keyId });
	t.like(await verify(cavage(), () => Promise.reject(new Error("away"))), { reason: "key-unavailable", keyId });
	const goneAfterwards = async (id: string, refresh: boolean) => {
		if (refresh) throw new Error("away");
		return { id, owner, key: otherRsa.publicKey };
	};
	// The key may have been replaced, which can't be found out now.
	t.like(await verify(cavage(), goneAfterwards), { reason: "key-unavailable", keyId });
});
