import { createPublicKey, generateKeyPairSync } from "node:crypto";
import test from "ava";
import { createKeyCache, type KeyDocument } from "../../../../bridges/activitypub/signatures/index.ts";
import { ed25519, keyId, otherRsa, owner, rsa } from "./actors.ts";

const pemOf = (pair: typeof rsa) => pair.publicKey.export({ type: "spki", format: "pem" }).toString();
const document: KeyDocument = { id: keyId, owner, pem: pemOf(rsa) };
const minute = 60_000;

function setup(answer: (keyId: string, fetches: number) => Promise<KeyDocument | undefined>, max?: number) {
	const state = { time: 1_000_000, fetches: 0 };
	const cache = createKeyCache({
		now: () => state.time,
		fetchKey: (id) => answer(id, ++state.fetches),
		...(max === undefined ? {} : { max }),
	});
	return { state, cache };
}

test("a key is fetched once however many wait for it, and then remembered", async (t) => {
	const { state, cache } = setup(async () => document);
	const keys = await Promise.all(Array.from({ length: 50 }, () => cache.resolve(keyId, false)));
	t.is(state.fetches, 1);
	t.is(new Set(keys).size, 1);
	t.true(keys[0]?.key.equals(rsa.publicKey));
	t.is(keys[0]?.owner, owner);
	t.is(await cache.resolve(keyId, false), keys[0]);
	t.is(state.fetches, 1);
});

test("a key is asked for again after a day", async (t) => {
	const { state, cache } = setup(async () => document);
	await cache.resolve(keyId, false);
	state.time += 24 * 60 * minute;
	await cache.resolve(keyId, false);
	t.is(state.fetches, 2);
});

test("a refresh fetches at most once a minute, however many ask", async (t) => {
	const { state, cache } = setup(async (_id, fetches) => ({ ...document, pem: pemOf(fetches === 1 ? rsa : otherRsa) }));
	await cache.resolve(keyId, false);
	await cache.resolve(keyId, true);
	t.is(state.fetches, 1);
	state.time += minute;
	const keys = await Promise.all([cache.resolve(keyId, true), cache.resolve(keyId, true)]);
	t.is(state.fetches, 2);
	t.true(keys.every((key) => key?.key.equals(otherRsa.publicKey)));
	t.true((await cache.resolve(keyId, false))?.key.equals(otherRsa.publicKey));
});

test("an absent key is remembered as absent for ten minutes", async (t) => {
	const { state, cache } = setup(async () => undefined);
	t.is(await cache.resolve(keyId, false), undefined);
	t.is(await cache.resolve(keyId, false), undefined);
	t.is(state.fetches, 1);
	state.time += 10 * minute;
	await cache.resolve(keyId, false);
	t.is(state.fetches, 2);
});

test("a failed fetch is not repeated for half a minute", async (t) => {
	const { state, cache } = setup(async (_id, fetches) => {
		if (fetches === 1) throw new Error("away");
		return document;
	});
	await t.throwsAsync(cache.resolve(keyId, false), { message: "away" });
	await t.throwsAsync(cache.resolve(keyId, false), { message: "away" });
	t.is(state.fetches, 1);
	state.time += 30_000;
	t.truthy(await cache.resolve(keyId, false));
});

test("when a refresh fails the known key stays, but is not said to be the current one", async (t) => {
	const { state, cache } = setup(async (_id, fetches) => {
		if (fetches > 1) throw new Error("away");
		return document;
	});
	const key = await cache.resolve(keyId, false);
	state.time += minute;
	await t.throwsAsync(cache.resolve(keyId, true), { message: "away" });
	await t.throwsAsync(cache.resolve(keyId, true), { message: "away" });
	t.is(await cache.resolve(keyId, false), key);
	t.is(state.fetches, 2);
	state.time += 24 * 60 * minute;
	t.is(await cache.resolve(keyId, false), key, "when it is asked for again after a day");
	t.is(state.fetches, 3);
});

test("a forgotten key is fetched again", async (t) => {
	const { state, cache } = setup(async () => document);
	await cache.resolve(keyId, false);
	cache.forget(keyId);
	await cache.resolve(keyId, false);
	t.is(state.fetches, 2);
});

test("no more keys than the cap are remembered", async (t) => {
	const { state, cache } = setup(async () => undefined, 10);
	for (let i = 0; i < 100; i++) await cache.resolve(`https://remote.example/${i}`, false);
	await cache.resolve("https://remote.example/99", false);
	t.is(state.fetches, 100);
	await cache.resolve("https://remote.example/0", false);
	t.is(state.fetches, 101);
});

test("a document about another key, or whose owner lives elsewhere, is no key", async (t) => {
	const documents: KeyDocument[] = [
		{ ...document, id: "https://victim.example/users/1#main-key" },
		{ ...document, owner: "https://victim.example/users/1" },
		{ ...document, owner: "http://remote.example/users/1" },
		{ ...document, owner: "https://remote.example:8443/users/1" },
		{ ...document, owner: "" },
		{ ...document, owner: "urn:x" },
	];
	for (const wrong of documents) t.is(await setup(async () => wrong).cache.resolve(keyId, false), undefined);
});

test("keys that are broken, weak, private or of another kind are no keys", async (t) => {
	const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
	const { n = "" } = rsa.publicKey.export({ format: "jwk" });
	const slow = createPublicKey({
		format: "jwk",
		key: { kty: "RSA", n, e: Buffer.from("0100000001", "hex").toString("base64url") },
	});
	const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const pems = [
		"",
		"x",
		"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
		pemOf(weak),
		slow.export({ type: "spki", format: "pem" }).toString(),
		pemOf(ec),
		rsa.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
		pemOf(rsa) + " ".repeat(20_000),
	];
	for (const pem of pems)
		t.is(await setup(async () => ({ ...document, pem })).cache.resolve(keyId, false), undefined, pem);
});

test("RSA keys in either PEM form and Ed25519 keys are keys", async (t) => {
	const pems = [pemOf(rsa), rsa.publicKey.export({ type: "pkcs1", format: "pem" }).toString(), pemOf(ed25519)];
	for (const pem of pems) t.truthy(await setup(async () => ({ ...document, pem })).cache.resolve(keyId, false));
});

test("keys on a server that never answers don't keep out those on others, and are bounded in all", async (t) => {
	const pending = Promise.withResolvers<undefined>();
	const { state, cache } = setup((id) =>
		id.includes("//hanging")
			? pending.promise
			: Promise.resolve({ ...document, id, owner: id.split("#", 1)[0] as string }),
	);
	const ask = (host: string, n: number) => cache.resolve(`https://${host}/users/${n}#main-key`, false);
	const all = Array.from({ length: 260 }, (_, n) => ask("hanging.example", n).catch(() => "refused"));
	t.is(state.fetches, 250);
	t.is(await all[259], "refused");
	t.truthy(await ask("other.example", 1));
	for (let host = 0; host < 1_100; host++) all.push(ask(`hanging${host}.example`, 0).catch(() => "refused"));
	t.is(await all.at(-1), "refused");
	t.is(state.fetches, 1_001);
	pending.resolve(undefined);
	const answers = await Promise.all(all);
	t.is(answers.filter((answer) => answer === "refused").length, 360);
	t.truthy(await ask("one-more.example", 1));
	t.is(await ask("hanging.example", 259), undefined, "what was refused is fetched when there is room");
});
