import test, { type ExecutionContext } from "ava";
import { createPeers, PeerUnavailable, readDomain } from "#core/federation/peers.ts";
import { createRemoteUsers, type LookUpResult, merged, type RemoteUsers } from "#core/federation/remote-users.ts";
import { createHttpClient } from "../../../src/outbound/http-client.ts";
import { type OfscpHome, startHome } from "../../peers/ofscp-home.ts";
import { openCore } from "../../support/core.ts";

const now = Date.UTC(2026, 5, 1);
const day = 86_400_000;
const profile = (updatedAt: number, displayName: string, id = "usr_1"): LookUpResult => ({
	id,
	updatedAt,
	displayName,
});
const merge = (known: ReturnType<typeof merged> | undefined, result: LookUpResult, at = now) =>
	merged(known, result, "sam", "b.test", at);

test("a newer profile replaces the known one; one with the same or an older updatedAt is ignored", (t) => {
	const known = merge(undefined, profile(now - day, "Sam"));
	t.is(merge(known, profile(now - 1, "Samuel")).displayName, "Samuel");
	t.is(merge(known, profile(now - day, "Sammy")).displayName, "Sam");
	const older = merge(known, profile(now - 2 * day, "S."), now + 5);
	t.is(older.displayName, "Sam");
	t.is(older.updatedAt, now - day);
	t.is(older.fetchedAt, now + 5, "the look-up is recorded all the same");
	t.is(merge(known, profile(now - 2 * day, "Old Sam", "usr_0")).id, "usr_1");
});

test("an updatedAt in the future does not block later updates", (t) => {
	const ahead = merge(undefined, profile(now + 365 * day, "Sam"));
	t.is(ahead.updatedAt, now);
	t.is(merge(ahead, profile(now + 1000, "Samuel"), now + 2000).displayName, "Samuel");
});

test("the placeholder of an undisclosed profile is replaced once the profile is disclosed, but not the reverse", (t) => {
	const undisclosed = merge(undefined, "undisclosed");
	t.like(undisclosed, { id: "sam@b.test", handle: "sam", home: "b.test" });
	t.is(merge(undisclosed, profile(0, "Sam")).id, "usr_1");
	t.is(merge(merge(undisclosed, profile(now - day, "Sam")), "undisclosed").id, "usr_1");
});

interface Scene {
	readonly home: OfscpHome;
	readonly users: RemoteUsers;
	readonly clock: { time: number };
}

async function open(t: ExecutionContext): Promise<Scene> {
	const { context, clock } = await openCore(t);
	const http = createHttpClient({ insecureLocalhost: true, userAgent: "Causeway" });
	t.teardown(() => http.close());
	const home = await startHome(t);
	const peers = createPeers(http, { insecureLocalhost: true });
	return {
		home,
		clock,
		users: createRemoteUsers(context, peers, async () => ({ "X-OFSCP-Provider": context.domain })),
	};
}

test("a profile is fetched once, and revalidated by its ETag after an hour", async (t) => {
	const { home, users, clock } = await open(t);
	home.resident("sam");
	const [first, second] = await Promise.all([users.of("sam", home.domain), users.of("sam", home.domain)]);
	t.like(first, { id: "usr_sam", displayName: "SAM" });
	t.deepEqual(first, second);
	await users.of("sam", home.domain);
	t.is(home.asked.length, 1);
	clock.time += 3_600_000;
	t.is((await users.of("sam", home.domain)).displayName, "SAM");
	t.is(home.asked.length, 2);
	t.is(home.asked[1]?.headers["if-none-match"], '"2026-01-01T00:00:00.000Z"');
});

test("the announcement of a newer profile causes a new look-up, that of an older one does not", async (t) => {
	const { home, users, clock } = await open(t);
	const sam = home.resident("sam");
	await users.of("sam", home.domain);
	await users.changed("sam", home.domain, Date.parse(sam.updatedAt));
	await users.changed("sam", home.domain, Date.parse(sam.updatedAt) - day);
	await users.of("sam", home.domain);
	t.is(home.asked.length, 1);
	Object.assign(sam, { displayName: "Samuel", updatedAt: new Date(clock.time - 1000).toISOString() });
	await users.changed("sam", home.domain, clock.time - 1000);
	t.is((await users.of("sam", home.domain)).displayName, "Samuel");
	t.is((await users.of("sam", home.domain)).displayName, "Samuel");
	t.is(home.asked.length, 2);
});

test("invalid profiles count as undisclosed, and a look-up at an unreachable provider fails", async (t) => {
	const { home, users, clock } = await open(t);
	const at = `/api/identity/users/sam@${home.domain}`;
	home.away = true;
	await t.throwsAsync(users.of("sam", home.domain), { instanceOf: PeerUnavailable });
	home.away = false;
	const fields = { id: "usr_1", handle: "sam", home: home.domain, updatedAt: "2026-01-01T00:00:00Z" };
	for (const body of [
		{ ...fields, handle: "jane" },
		{ ...fields, home: "elsewhere.test" },
		{ ...fields, id: 7 },
		{ ...fields, id: "two words" },
		[],
		"x",
	]) {
		home.instead.set(at, { status: 200, body });
		t.is((await users.of("sam", home.domain)).id, `sam@${home.domain}`, JSON.stringify(body));
		clock.time += 3_600_001;
	}
	home.instead.set(at, {
		status: 200,
		body: { ...fields, avatar: "javascript:alert(1)", displayName: "x".repeat(5000) },
	});
	const read = await users.of("sam", home.domain);
	t.is(read.id, "usr_1");
	t.is(read.avatar, undefined);
	t.is(read.displayName?.length, 100);
});

test("a domain is normalised, and a malformed one is rejected", (t) => {
	t.is(readDomain("B.Test"), "b.test");
	t.is(readDomain("b.test:443"), "b.test");
	t.is(readDomain("b.test:8443"), "b.test:8443");
	for (const text of [
		"",
		"b.test/x",
		"user@b.test",
		"b.test:99999",
		"b test",
		"-b.test",
		"b.test?x",
		"b.test#",
		"[::1",
	])
		t.is(readDomain(text), undefined, text);
});
