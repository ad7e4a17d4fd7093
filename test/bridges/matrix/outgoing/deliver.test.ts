import test from "ava";
import type { Message } from "#core/model/message.ts";
import type { LinkedRoom } from "#core/ports/bridge/portals.ts";
import { HomeserverError } from "../../../../bridges/matrix/homeserver.ts";
import { outcomeOf } from "../../../../bridges/matrix/outgoing/outcome.ts";
import { refused, room } from "../matrix-scene.ts";
import { openDeliveryScene } from "./delivery-scene.ts";

const jane = "@_ofscp_jane=40here.example:hs.test";

function open() {
	const scene = openDeliveryScene();
	const { homeserver, said, deliver } = scene;
	const sent = () => homeserver.asked.filter(({ path }) => path.includes("/send/") || path.includes("/redact/"));
	const contentOf = async (text: string, fields: Partial<Message> = {}): Promise<Record<string, unknown>> => {
		await deliver(said(text, fields));
		return sent().at(-1)?.body as Record<string, unknown>;
	};
	return { ...scene, sent, contentOf };
}

test("a ghost is made, named, brought in and says it; the second time it only says it", async (t) => {
	const { deliver, said, homeserver, sent } = open();
	t.like(await deliver(said("one")), { status: "delivered" });
	t.deepEqual(
		homeserver.lines().map((line) => line.replace(/\/[\w-]{32}( |$)/, "/TXN$1")),
		[
			"POST /register",
			`PUT /devices/CAUSEWAY as ${jane}`,
			`PUT /profile/${jane}/displayname as ${jane}`,
			`POST /join/${room} as ${jane}`,
			`PUT /rooms/${room}/send/m.room.message/TXN as ${jane}`,
		],
	);
	t.deepEqual(sent()[0]?.query, { device_id: "CAUSEWAY" });
	await deliver(said("two"));
	t.is(homeserver.asked.length, 6);
});

test("a ghost that exists, a homeserver without devices, a room that asks for an invitation", async (t) => {
	const { deliver, said, homeserver, sent } = open();
	let invited = false;
	homeserver.script = ({ path }) => {
		if (path === "/register") throw refused(400, "M_USER_IN_USE");
		if (path.startsWith("/devices/")) throw refused(404, "M_UNRECOGNIZED");
		if (path.startsWith("/join/") && !invited) throw refused(403, "M_FORBIDDEN");
		if (path.endsWith("/invite")) invited = true;
		return undefined;
	};
	t.like(await deliver(said("one")), { status: "delivered" });
	t.deepEqual(sent()[0]?.query, {});
});

test("every repetition bears the same transaction id; no two ghosts, kinds or events share one", async (t) => {
	const { deliver, said, sent, known, host, place } = open();
	const message = said("one");
	await deliver(message);
	await deliver(message);
	t.is(sent()[0]?.path, sent()[1]?.path);
	const bob = host.person("bob");
	const edit = known(message, ["$a"], { kind: "edit" });
	await deliver(edit);
	await deliver(host.delivery(host.say(bob, place, "two"), room));
	await deliver(known(message, ["$1594822_a:hs", "$1594822_b:hs"], { kind: "removal" }));
	const reaction = { kind: "reaction", key: "👍", reaction: "r" };
	await deliver(known(message, ["$a"], reaction));
	await deliver({ ...known(message, ["$a"], reaction), actor: bob });
	const ids = sent().map(({ path }) => path.split("/").at(-1));
	t.is(new Set(ids).size, ids.length - 1);
});

test("a text is plain; markdown and HTML come with both; a title is a heading; a warning goes before", async (t) => {
	const { contentOf } = open();
	const plain = await contentOf("Hello");
	t.like(plain, { msgtype: "m.text", body: "Hello", "m.mentions": {}, "org.ofscp.kind": "memo" });
	t.is(plain.formatted_body, undefined);
	t.regex(String(plain.external_url), /^https:\/\/here\.example\/@jane\/msg_/);
	t.like(await contentOf("Hello **you**", { content: { text: "Hello **you**", mime: "text/markdown" } }), {
		format: "org.matrix.custom.html",
		formatted_body: "<p>Hello <strong>you</strong></p>",
	});
	const article = await contentOf("x", {
		type: "article",
		content: { title: "On <tags>", text: "Body", mime: "text/markdown" },
	});
	t.like(article, { body: "On <tags>\n\nBody", "org.ofscp.kind": "article" });
	t.regex(String(article.formatted_body), /^<h1>On &lt;tags&gt;<\/h1><p>Body/);
	t.like(await contentOf("secret", { warning: "spoiler" }), { body: "[spoiler] secret" });
});

test("a text that an event can't hold is cut and says where the rest is; no event is larger than 64 KiB", async (t) => {
	const { contentOf, deliver, known, said, sent } = open();
	for (const text of ["a".repeat(60_000), '\u0001"\\\n'.repeat(20_000), "😀".repeat(20_000)]) {
		const cut = await contentOf(text);
		t.regex(String(cut.body), /…\n\nhttps:\/\/here\.example\/@jane\/msg_/);
		t.is(cut.formatted_body, undefined);
		await deliver(known(said(text), ["$o"], { kind: "edit" }));
		t.true(Buffer.byteLength(JSON.stringify(sent().at(-1)?.body)) < 65_536);
	}
	const fits = ["<b>".repeat(1) + 'x"'.repeat(7_000), "x".repeat(11_000)];
	for (const text of fits) {
		const whole = await contentOf(text, { content: { text, mime: "text/html" } });
		t.false(String(whole.body).includes("…"));
		t.true(Buffer.byteLength(JSON.stringify(whole)) < 65_536);
		await deliver(known(said(text, { content: { text, mime: "text/html" } }), ["$o"], { kind: "edit" }));
		t.true(Buffer.byteLength(JSON.stringify(sent().at(-1)?.body)) < 65_536);
	}
});

test("a reply names what it answers if that is in the room; its author and who is mentioned are named", async (t) => {
	const { host, deliver, said, sent, place } = open();
	const alice = host.person("_matrix_alice", { origin: { bridge: host.about.bridge, id: "@alice:hs.test" } });
	const bob = host.person("bob");
	const parent = host.say(alice, place, "question");
	const reply = { ...said("answer"), mentions: [bob] };
	await deliver({ ...reply, parent: { message: parent, author: alice, remote: ["$question"] } });
	t.like(sent().at(-1)?.body, {
		"m.relates_to": { "m.in_reply_to": { event_id: "$question" } },
		"m.mentions": { user_ids: ["@_ofscp_bob=40here.example:hs.test", "@alice:hs.test"] },
	});
	await deliver({ ...said("answer"), parent: { message: parent, author: alice, remote: [] } });
	t.false("m.relates_to" in Object(sent().at(-1)?.body));
});

test("an edit names the original and says everything anew; what is not in the room is not edited", async (t) => {
	const { deliver, known, said, sent } = open();
	t.like(await deliver(known(said("new"), ["$o"], { kind: "edit" })), {
		status: "delivered",
		ids: ["$event5"],
	});
	t.like(sent()[0]?.body, {
		body: "* new",
		"m.new_content": { body: "new", msgtype: "m.text" },
		"m.relates_to": { rel_type: "m.replace", event_id: "$o" },
	});
	await deliver(known(said("new"), [], { kind: "edit" }));
	t.is(sent().length, 1);
});

test("emoji that are text by themselves are shown as emoji; a duplicate reaction is there", async (t) => {
	const { deliver, known, said, sent, homeserver } = open();
	for (const [key, shown] of [
		["❤", "❤\uFE0F"],
		["👍", "👍"],
		["1", "1"],
		["❤\uFE0F", "❤\uFE0F"],
		["blobcat", "blobcat"],
	] as const) {
		await deliver(known(said("x"), ["$o"], { kind: "reaction", key, reaction: key }));
		t.deepEqual(sent().at(-1)?.body, { "m.relates_to": { rel_type: "m.annotation", event_id: "$o", key: shown } });
	}
	homeserver.script = ({ path }) => {
		if (path.includes("m.reaction")) throw refused(400, "M_DUPLICATE_ANNOTATION");
		return undefined;
	};
	t.like(await deliver(known(said("x"), ["$o"], { kind: "reaction", key: "👍", reaction: "r" })), {
		status: "delivered",
	});
});

test("all parts of a message are redacted: ours by its ghost, a Matrix user's by the bot if moderation is shared", async (t) => {
	const { deliver, known, said, homeserver, host, place, portals } = open();
	await deliver(known(said("x"), ["$one", "$two"], { kind: "removal" }));
	const redacted = () => homeserver.lines().filter((line) => line.includes("/redact/"));
	t.is(redacted().length, 2);
	t.true(redacted().every((line) => line.endsWith(`as ${jane}`)));
	const alice = host.person("_matrix_alice", { origin: { bridge: host.about.bridge, id: "@alice:hs.test" } });
	const theirs = host.delivery(host.say(alice, place, "x"), room);
	const asked = redacted().length;
	t.like(await deliver(known(theirs, ["$theirs"], { kind: "removal" })), { status: "delivered" });
	t.is(redacted().length, asked, "each side removes on its own side");
	portals.set(room, { ...(portals.get(room) as LinkedRoom), moderation: "shared" });
	t.like(await deliver(known(theirs, ["$theirs"], { kind: "removal" })), { status: "delivered" });
	t.is(redacted().length, asked + 1);
	t.false(redacted().at(-1)?.includes(" as "));
	homeserver.script = ({ path }) => {
		if (path.includes("/redact/%24gone")) throw refused(404, "M_NOT_FOUND");
		if (path.includes("/redact/%24theirs")) throw refused(403, "M_FORBIDDEN");
		return path.includes("m.room.member") ? { membership: "join" } : undefined;
	};
	t.like(await deliver(known(said("x"), ["$gone", "$three"], { kind: "removal" })), { status: "delivered" });
	t.regex(redacted().at(-1) as string, /three/);
	t.like(await deliver(known(theirs, ["$theirs"], { kind: "removal" })), { status: "rejected", reason: "forbidden" });
});

test("in a room that is linked no longer, a ghost deletes what it said and leaves; a Matrix user's message stays", async (t) => {
	const { deliver, known, said, homeserver, host, place, portals } = open();
	const message = said("x");
	portals.delete(room);
	t.like(await deliver(known(message, ["$one"], { kind: "removal" })), { status: "delivered" });
	const after = homeserver.lines().map((line) => line.replace(/\/[\w-]{32}( |$)/, "/TXN$1"));
	t.deepEqual(after.slice(-3), [
		`POST /join/${room} as ${jane}`,
		`PUT /rooms/${room}/redact/$one/TXN as ${jane}`,
		`POST /rooms/${room}/leave as ${jane}`,
	]);
	t.deepEqual(await host.state.list("joined:", { limit: 1 }), []);
	const alice = host.person("_matrix_alice", { origin: { bridge: host.about.bridge, id: "@alice:hs.test" } });
	const theirs = host.delivery(host.say(alice, place, "x"), room);
	homeserver.asked.length = 0;
	t.like(await deliver(known(theirs, ["$theirs"], { kind: "removal" })), { status: "delivered" });
	t.deepEqual(homeserver.lines(), []);
	homeserver.script = ({ path }) => {
		if (/^\/join\/|\/invite$|\/redact\//.test(path)) throw refused(403, "M_FORBIDDEN");
		return undefined;
	};
	t.like(await deliver(known(message, ["$two"], { kind: "removal" })), { status: "rejected", reason: "forbidden" });
	t.deepEqual(host.received, []);
});

test("a ghost that may not come in is refused after one more try, and its room stays linked", async (t) => {
	const { deliver, said, homeserver, portals } = open();
	homeserver.script = ({ path, as }) => {
		if (as === jane && path.startsWith("/join/")) throw refused(403, "M_FORBIDDEN");
		if (path.endsWith("/invite")) throw refused(403, "M_FORBIDDEN");
		return path.includes("/state/m.room.member/") ? { membership: "join" } : undefined;
	};
	t.like(await deliver(said("x")), { status: "rejected", reason: "forbidden" });
	t.true(homeserver.asked.length < 15);
	t.is(portals.get(room)?.state, "active");
});

test("a room that has thrown the bot out is degraded by the next delivery", async (t) => {
	const { deliver, said, homeserver, portals } = open();
	homeserver.script = ({ path }) => {
		if (path.includes("/rooms/") || path.startsWith("/join/")) throw refused(403, "M_FORBIDDEN");
		return undefined;
	};
	t.like(await deliver(said("x")), { status: "rejected", reason: "forbidden" });
	t.is(portals.get(room)?.state, "degraded");
});

test("a homeserver that was set up anew gets its ghosts and devices again", async (t) => {
	const { deliver, said, homeserver } = open();
	await deliver(said("one"));
	for (const refusal of [refused(403, "M_FORBIDDEN"), refused(400, "M_UNKNOWN_DEVICE")]) {
		let isAnew = true;
		const before = homeserver.asked.length;
		homeserver.script = ({ path }) => {
			if (path === "/register") isAnew = false;
			if (isAnew && path.includes("/send/")) throw refusal;
			return undefined;
		};
		t.like(await deliver(said("two")), { status: "delivered" });
		t.true(homeserver.lines().slice(before).includes("POST /register"));
	}
});

test("an answer that names no event, as of a proxy, is no answer: it is asked again with the same transaction id", async (t) => {
	const { deliver, said, homeserver, sent } = open();
	const delivery = said("one");
	const answers: readonly unknown[] = [{}, { event_id: 5 }, "<p>Welcome</p>", null];
	for (const answer of answers) {
		homeserver.script = ({ path }) => (path.includes("/send/") ? (answer as Record<string, unknown>) : undefined);
		t.like(await deliver(delivery), { status: "retry", lane: true });
	}
	homeserver.script = () => undefined;
	t.like(await deliver(delivery), { status: "delivered" });
	t.is(new Set(sent().map(({ path }) => path)).size, 1);
	t.is(sent().length, answers.length + 1);
});

test("what a homeserver answers decides whether it is asked again", (t) => {
	const cases: readonly (readonly [HomeserverError, object])[] = [
		[new HomeserverError(0, "", "no answer"), { status: "retry", lane: true }],
		[new HomeserverError(502, "", "bad gateway"), { status: "retry", lane: true }],
		[new HomeserverError(429, "M_LIMIT_EXCEEDED", "slow", 1500), { status: "retry", lane: true, afterMs: 1500 }],
		[refused(401, "M_UNKNOWN_TOKEN"), { status: "retry", lane: true, afterMs: 60_000 }],
		[refused(401, "M_MISSING_TOKEN"), { status: "retry", lane: true }],
		[refused(404, "M_UNRECOGNIZED"), { status: "retry", lane: true }],
		[refused(404, ""), { status: "retry", lane: true }],
		[refused(404, "M_NOT_FOUND"), { status: "rejected", reason: "gone" }],
		[refused(403, "M_FORBIDDEN"), { status: "rejected", reason: "forbidden" }],
		[refused(413, ""), { status: "rejected", reason: "invalid" }],
		[refused(400, "M_BAD_JSON"), { status: "rejected", reason: "invalid" }],
	];
	for (const [error, result] of cases) t.like(outcomeOf(error), result);
	const bug = new TypeError("a bug");
	t.is(
		t.throws(() => outcomeOf(bug)),
		bug,
	);
});

test("all ghosts leave an unlinked room, also those that the bot does not see, and unlinking can be repeated", async (t) => {
	const { deliver, said, homeserver, place, host } = open();
	await deliver(said("x"));
	const unlink = { kind: "unlink", room, portal: "brg_1", ghosts: [], ...place, reach: { target: room } };
	let isDown = true;
	homeserver.script = ({ path, as }) => {
		if (path.endsWith("/joined_members")) throw refused(403, "M_FORBIDDEN");
		if (isDown && as === jane && path.endsWith("/leave")) throw new HomeserverError(0, "", "no answer");
		return undefined;
	};
	t.like(await deliver(unlink), { status: "retry" });
	isDown = false;
	t.like(await deliver(unlink), { status: "delivered" });
	t.true(homeserver.lines().includes(`POST /rooms/${room}/leave as ${jane}`));
	t.deepEqual(await host.state.list("joined:", { limit: 1 }), []);
	t.like(await deliver(unlink), { status: "delivered" });
});

test("a new name reaches the ghost if there is one; a homeserver that is away is asked again", async (t) => {
	const { deliver, said, homeserver, person, host } = open();
	const profile = (displayName: string) => ({
		kind: "profile",
		actor: { ...person, profile: { displayName } },
		reach: { target: "" },
	});
	await deliver(profile("Jane Doe"));
	t.is(homeserver.asked.length, 0);
	await deliver(said("x"));
	await deliver(profile("Jane Doe"));
	t.deepEqual(homeserver.asked.at(-1)?.body, { displayname: "Jane Doe" });
	homeserver.script = () => {
		throw new HomeserverError(0, "", "no answer");
	};
	t.like(await deliver(profile("Jane D.")), { status: "retry", lane: true });
	t.truthy(host);
});
