import test from "ava";
import fc from "fast-check";
import { createNames, handleOf, isRoomId, transactionId } from "../../../bridges/matrix/ids.ts";

const names = createNames({ prefix: "_ofscp_", serverName: "hs.test" });

test("a ghost is called by its person's address in the Matrix mapping", (t) => {
	t.is(names.ghost("jane", "a.com"), "@_ofscp_jane=40a.com:hs.test");
	t.is(names.ghost("jane", "localhost:8480"), "@_ofscp_jane=40localhost=3a8480:hs.test");
	t.is(names.ghost("jürgen", "a.com"), "@_ofscp_j=c3=bcrgen=40a.com:hs.test");
	t.is(names.bot, "@_ofscp_bot:hs.test");
});

test("whose a ghost is can be read back from its name", (t) => {
	const handle = fc
		.string({ unit: fc.constantFrom(..."abcz019._-=+/@ü😀 ".normalize()), minLength: 1, maxLength: 20 })
		.map((text) => text.toLowerCase());
	const domain = fc.stringMatching(/^[a-z0-9.-]{1,20}(:[0-9]{1,5})?$/);
	fc.assert(
		fc.property(handle, domain, (h, d) => {
			t.deepEqual(names.ownerOf(names.ghost(h, d)), { handle: h, domain: d });
		}),
	);
});

test("every name is a legal user id of at most 255 bytes, and two people never share one", (t) => {
	fc.assert(
		fc.property(fc.string({ minLength: 1, maxLength: 300 }), fc.string({ minLength: 1, maxLength: 300 }), (a, b) => {
			const [one, other] = [names.ghost(a, "a.com"), names.ghost(b, "a.com")];
			t.regex(one, /^@[a-z0-9._=/+-]+:hs\.test$/);
			t.true(Buffer.byteLength(one) <= 255);
			if (a.toLowerCase() !== b.toLowerCase()) t.not(one, other);
		}),
	);
});

test("a name that is too long becomes a hash, which no address can spell", (t) => {
	const ghost = names.ghost("x".repeat(300), "a.com");
	t.regex(ghost, /^@_ofscp_sha256-[0-9a-f]{64}:hs\.test$/);
	t.is(names.ownerOf(ghost), undefined);
});

test("a second spelling of a ghost's name is no ghost", (t) => {
	for (const user of [
		"@_ofscp_=6aane=40a.com:hs.test",
		"@_ofscp_jane@a.com:hs.test",
		"@_ofscp_jane=40a.com:hs.test:hs.test",
		"@_ofscp_=:hs.test",
		"@_ofscp_=4:hs.test",
		"@_ofscp_=40a.com:hs.test",
		"@_ofscp_bot:hs.test",
		"@jane=40a.com:hs.test",
		"@_ofscp_jane=40a.com:evil.test",
	])
		t.is(names.ownerOf(user), undefined, user);
});

test("ours is who bears our prefix on our homeserver", (t) => {
	t.true(names.isOurs("@_ofscp_jane=40a.com:hs.test"));
	t.true(names.isOurs(names.bot));
	t.false(names.isOurs("@alice:hs.test"));
	t.false(names.isOurs("@_ofscp_jane=40a.com:evil.test"));
});

test("the transaction ids of two ghosts, rooms, kinds or deliveries differ", (t) => {
	const ids = [
		transactionId("chn/1", "message", "!a", "@one:hs"),
		transactionId("chn/1", "message", "!a", "@two:hs"),
		transactionId("chn/1", "message", "!b", "@one:hs"),
		transactionId("chn/1", "edit", "!a", "@one:hs"),
		transactionId("chn/2", "message", "!a", "@one:hs"),
	];
	t.is(new Set(ids).size, ids.length);
	t.is(transactionId("a", "b"), transactionId("a", "b"));
	t.regex(ids[0] as string, /^[\w-]{32}$/);
});

test("a Matrix user gets a handle in our own alphabet", (t) => {
	t.is(handleOf("@alice:hs.test"), "_matrix_alice_hs.test");
	fc.assert(
		fc.property(fc.string(), (text) => {
			t.regex(handleOf(`@${text}:hs.test`), /^_matrix[a-z0-9._-]{0,53}$/);
		}),
	);
});

test("a room id is printable and short, with or without a server's name", (t) => {
	for (const id of ["!a:hs.test", "!OEiTnR3_v12-hash"]) t.true(isRoomId(id), id);
	for (const id of ["", "!", "#a:hs.test", "!a b:hs", "!a\n:hs", `!${"a".repeat(255)}`]) t.false(isRoomId(id), id);
});
