import test from "ava";
import { createAccount } from "#core/accounts/create-account.ts";
import { collections } from "#core/catalogue/collections.ts";
import type { CoreContext } from "#core/events/context.ts";
import { authenticate, principalOf } from "#core/federation/principals.ts";
import {
	consumeRecord,
	endGrant,
	findByAlias,
	findRecord,
	keepClient,
	saveRecord,
	unusedClientExpiry,
} from "#core/identity/oauth-records.ts";
import { oauthSessions } from "#core/identity/oauth-sessions.ts";
import { hashOfSecret } from "#core/identity/secret.ts";
import { overlapMs, rotateSigningKeys, signingKeys } from "#core/identity/signing-keys.ts";
import { subjectOf } from "#core/identity/subject.ts";
import { sweepExpired } from "#core/ports/expiry.ts";
import { openCore } from "../../support/core.ts";

const day = 86_400_000;
const secret = (name: string): string => name.padEnd(43, "0");

/** An account, Jane's by default, with a grant and an access token. */
async function granted(context: CoreContext, { grant = "grant-1", handle = "jane", token = secret("token") } = {}) {
	const account = await createAccount(context, { handle });
	const owner = subjectOf(context, account);
	const expiresAt = context.clock.now() + day;
	await saveRecord(context, "Grant", grant, {
		payload: { accountId: owner, clientId: "otter", iat: 1 },
		owner,
		publicId: grant,
		expiresAt,
	});
	await saveRecord(context, "AccessToken", token, {
		payload: {
			accountId: owner,
			clientId: "otter",
			grantId: grant,
			scope: "openid ofscp",
			exp: Math.floor(context.clock.now() / 1000) + 3600,
		},
		bundle: grant,
		expiresAt: context.clock.now() + 3_600_000,
	});
	return { account, owner, token, grant };
}

test("of concurrent uses of an authorization code, one succeeds", async (t) => {
	const { context } = await openCore(t);
	await saveRecord(context, "AuthorizationCode", "code", { payload: {}, expiresAt: context.clock.now() + day });
	const outcomes = await Promise.all(
		Array.from({ length: 10 }, () => consumeRecord(context, "AuthorizationCode", "code")),
	);
	t.is(outcomes.filter((outcome) => outcome === "taken").length, 1);
	t.is(outcomes.filter((outcome) => outcome === "used").length, 9);
	await saveRecord(context, "AuthorizationCode", "code", { payload: {}, expiresAt: context.clock.now() + day });
	t.is(await consumeRecord(context, "AuthorizationCode", "code"), "used", "saving the code again does not renew it");
	t.is(await consumeRecord(context, "AuthorizationCode", "another"), "gone");
});

test("an access token is valid until its grant ends or it expires", async (t) => {
	const { context, clock } = await openCore(t);
	const { account, token, grant } = await granted(context);
	const principal = await authenticate(context, token);
	t.like(principal, { client: "otter", session: grant, scopes: ["openid", "ofscp"] });
	t.is(principal?.account.id, account.id);
	const credential = principal?.credential as string;
	t.false(credential.includes(token), "the stored credential does not reveal the token");

	const other = await granted(context, { grant: "grant-2", handle: "kim", token: secret("other") });
	await endGrant(context, grant);
	t.is(await principalOf(context, credential), undefined);
	t.is(await authenticate(context, token), undefined);
	t.truthy(await authenticate(context, other.token));
	clock.time += 3_600_000;
	t.is(await authenticate(context, other.token), undefined);
});

test("saving records of an ended grant does not restore it", async (t) => {
	const { context } = await openCore(t);
	const { owner, token, grant } = await granted(context);
	await endGrant(context, grant);
	const expiresAt = context.clock.now() + day;
	await saveRecord(context, "Grant", grant, { payload: { accountId: owner }, owner, publicId: grant, expiresAt });
	await saveRecord(context, "AccessToken", token, {
		payload: { accountId: owner, grantId: grant, scope: "ofscp", exp: Math.floor(expiresAt / 1000) },
		bundle: grant,
		expiresAt,
	});
	t.is(await findRecord(context, "Grant", grant), undefined);
	t.is(await authenticate(context, token), undefined);
});

test("a record of another kind is not accepted as an access token", async (t) => {
	const { context } = await openCore(t);
	const { owner, grant } = await granted(context);
	for (const kind of ["RefreshToken", "AuthorizationCode", "Session", "DeviceCode"] as const) {
		const other = secret(kind);
		await saveRecord(context, kind, other, {
			payload: { accountId: owner, grantId: grant, scope: "ofscp", exp: 9_999_999_999 },
			expiresAt: context.clock.now() + day,
		});
		t.is(await authenticate(context, other), undefined, kind);
	}
	for (const text of ["", ".", "..", "a.b.c", `${"e30".repeat(1)}.e30.x`, "x".repeat(43), "x".repeat(5000)])
		t.is(await authenticate(context, text), undefined, text.slice(0, 20));
});

test("unused clients are deleted after a week, and clients in use are kept", async (t) => {
	const { context, clock } = await openCore(t);
	const save = (id: string) =>
		saveRecord(context, "Client", id, {
			payload: { client_id: id, client_secret: "s3cret" },
			expiresAt: unusedClientExpiry(context),
		});
	await save("idle");
	await save("busy");
	await keepClient(context, "busy");
	clock.time += 8 * day;
	await sweepExpired(context, collections);
	t.is(await findRecord(context, "Client", "idle"), undefined);
	t.like(await findRecord(context, "Client", "busy"), { client_secret: "s3cret" });
});

test("a session is found by its uid, and only its owner can end it", async (t) => {
	const { context } = await openCore(t);
	const { account, owner } = await granted(context);
	const kim = await createAccount(context, { handle: "kim" });
	await saveRecord(context, "Session", "cookie", {
		payload: { accountId: owner, uid: "uid-1", loginTs: 5 },
		owner,
		publicId: "uid-1",
		alias: hashOfSecret("uid-1"),
		expiresAt: context.clock.now() + day,
	});
	t.like(await findByAlias(context, "Session", "uid-1"), { accountId: owner });
	const sessions = oauthSessions(context);
	t.deepEqual(
		(await sessions.list(account.id)).map(({ id, client }) => [id, client]),
		[
			["uid-1", "Web browser"],
			["grant-1", "otter"],
		],
	);
	t.false(await sessions.end(kim.id, "uid-1"));
	t.true(await sessions.end(account.id, "uid-1"));
	t.is(await findRecord(context, "Session", "cookie"), undefined);
	t.is(await findByAlias(context, "Session", "uid-1"), undefined);
	await sessions.endAll(account.id, ["grant-1"]);
	t.is((await sessions.list(account.id)).length, 1);
	await sessions.endAll(account.id);
	t.deepEqual(await sessions.list(account.id), []);
});

test("a rotated key stays published for the overlap, more than a day, and not longer", async (t) => {
	const { context, clock } = await openCore(t);
	const [first, again] = await Promise.all([signingKeys(context), signingKeys(context)]);
	t.deepEqual(first.keys, again.keys, "concurrent readers get the same keys");
	const fresh = await rotateSigningKeys(context);
	const both = await signingKeys(context);
	t.deepEqual(
		both.keys.map(({ kid }) => kid),
		[...fresh, ...first.keys.map(({ kid }) => kid)],
	);
	clock.time += day;
	t.is((await signingKeys(context)).keys.length, 4);
	clock.time += overlapMs - day;
	t.deepEqual(
		(await signingKeys(context)).keys.map(({ kid }) => kid),
		fresh,
	);
});
