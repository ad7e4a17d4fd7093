import { createPublicKey, verify } from "node:crypto";
import test from "ava";
import { createBridgeState } from "#core/bridging/state.ts";
import { providerKey, providerKeys, rotateProviderKey } from "#core/federation/provider-key.ts";
import { openCore } from "../../support/core.ts";

const hour = 3_600_000;

test("a rotated provider key stays published for more than a day", async (t) => {
	const { context, clock } = await openCore(t);
	const secrets = createBridgeState(context, "provider!", context.vault);
	const old = await providerKey(secrets, clock);
	t.deepEqual(
		(await providerKeys(secrets, clock)).map(({ kid }) => kid),
		[old.kid],
	);

	clock.time += hour;
	const fresh = await rotateProviderKey(secrets, clock);
	t.is((await providerKey(secrets, clock)).kid, fresh.kid);
	t.deepEqual(
		(await providerKeys(secrets, clock)).map(({ kid, createdAt }) => [kid, createdAt]),
		[
			[fresh.kid, clock.now()],
			[old.kid, old.createdAt],
		],
	);

	clock.time += 25 * hour;
	t.is((await providerKeys(secrets, clock)).length, 2);
	clock.time += 24 * hour;
	t.deepEqual(
		(await providerKeys(secrets, clock)).map(({ kid }) => kid),
		[fresh.kid],
	);

	const key = createPublicKey({
		format: "jwk",
		key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(fresh.publicKey, "base64").toString("base64url") },
	});
	const { sign } = await providerKey(secrets, clock);
	t.true(verify(null, Buffer.from("hello"), key, Buffer.from(sign(Buffer.from("hello")), "base64")));
});

test("concurrent rotations publish all new keys", async (t) => {
	const { context, clock } = await openCore(t);
	const secrets = createBridgeState(context, "provider!", context.vault);
	const fresh = await Promise.all([1, 2, 3].map(() => rotateProviderKey(secrets, clock)));
	const published = (await providerKeys(secrets, clock)).map(({ kid }) => kid);
	t.is(published.length, 4);
	for (const { kid } of fresh) t.true(published.includes(kid));
});
