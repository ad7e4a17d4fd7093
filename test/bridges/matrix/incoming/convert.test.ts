import test from "ava";
import type { RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import { convert } from "../../../../bridges/matrix/incoming/convert.ts";
import { readEvent } from "../../../../bridges/matrix/incoming/event.ts";
import { createText } from "../../../../src/text/text.ts";
import { bot, event, room } from "../matrix-scene.ts";

const converter = {
	text: createText(),
	isOurs: (user: string) => user.startsWith("@_ofscp_"),
	person: (id: string) => ({ id, profile: { displayName: id }, handle: id, kind: "person" as const }),
};
function converted(raw: object): RemoteEvent | undefined {
	const read = readEvent(raw);
	return read && convert(converter, read, raw);
}
const message = (content: object, fields: object = {}): RemoteEvent | undefined =>
	converted(event("m.room.message", content, fields));
const textOf = (content: object): unknown => {
	const remote = message(content);
	return remote?.kind === "message" ? remote.content : undefined;
};
const html = (formatted_body: string, body = "plain") => ({
	msgtype: "m.text",
	body,
	format: "org.matrix.custom.html",
	formatted_body,
});
const answering = (event_id: string) => ({ "m.relates_to": { "m.in_reply_to": { event_id } } });

test("a text is a message in its room, by its sender, with a link to it and the event as it came", (t) => {
	const raw = event("m.room.message", { msgtype: "m.text", body: "Hello *you*" });
	t.like(converted(raw), {
		kind: "message",
		id: raw.event_id,
		message: raw.event_id,
		place: { kind: "room", room },
		type: "message",
		content: { text: "Hello *you*", mime: "text/plain" },
		sender: { id: "@alice:hs.test" },
		url: `https://matrix.to/#/${room}/${String(raw.event_id)}`,
		raw,
	});
});

test("HTML is cleaned; where nothing is left of it the plain text stands", (t) => {
	t.deepEqual(textOf(html("<b>hi</b><script>x</script>")), { text: "<b>hi</b>", mime: "text/html" });
	t.deepEqual(textOf(html("<script>x</script>")), { text: "plain", mime: "text/plain" });
	t.deepEqual(textOf({ ...html("<b>hi</b>"), format: "other" }), { text: "plain", mime: "text/plain" });
});

test("what older clients quote in front of an answer is left out, in HTML and in text", (t) => {
	const quoted = { ...html("<mx-reply><blockquote>quoted</blockquote></mx-reply><i>mine</i>"), ...answering("$t") };
	t.deepEqual(textOf(quoted), { text: "<i>mine</i>", mime: "text/html" });
	t.is(message(quoted)?.kind, "message");
	t.like(message(quoted), { replyTo: { remote: "$t" } });
	const plain = { msgtype: "m.text", body: "> <@bob:x> quoted\n> more\n\nmine\n> my own", ...answering("$t") };
	t.deepEqual(textOf(plain), { text: "mine\n> my own", mime: "text/plain" });
	t.deepEqual(textOf({ msgtype: "m.text", body: "> a quotation of mine" }), {
		text: "> a quotation of mine",
		mime: "text/plain",
	});
	t.deepEqual(textOf(html("<mx-reply>never closed", "plain")), { text: "plain", mime: "text/plain" });
});

test("what is said in a thread answers its root, unless it names what it answers", (t) => {
	const thread = (fields: object) => ({
		msgtype: "m.text",
		body: "x",
		"m.relates_to": { rel_type: "m.thread", event_id: "$root", ...fields },
	});
	const last = { "m.in_reply_to": { event_id: "$last" } };
	t.like(message(thread({ ...last, is_falling_back: true })), { replyTo: { remote: "$root" } });
	t.like(message(thread(last)), { replyTo: { remote: "$last" } });
	t.like(message(thread({})), { replyTo: { remote: "$root" } });
});

test("an emote names its sender; a notice is ignored; media is named", (t) => {
	t.deepEqual(textOf({ msgtype: "m.emote", body: "waves" }), { text: "* alice waves", mime: "text/plain" });
	t.is(textOf({ msgtype: "m.notice", body: "I am a bot" }), undefined);
	for (const msgtype of ["m.image", "m.file", "m.video", "m.audio", "m.location", "org.example.new"])
		t.deepEqual(textOf({ msgtype, body: "cat.png" }), { text: "📎 cat.png", mime: "text/plain" });
	t.deepEqual(textOf({ msgtype: "m.image", body: "My cat", filename: "cat.png" }), {
		text: "📎 cat.png\nMy cat",
		mime: "text/plain",
	});
	t.like(converted(event("m.sticker", { body: "thumbs up" })), { content: { text: "📎 thumbs up" } });
	t.is(textOf({ msgtype: "m.text", body: " \n " }), undefined);
});

test("an edit takes the new content, whatever the fallback says", (t) => {
	const edit = (fields: object) =>
		message({
			msgtype: "m.text",
			body: "* fallback",
			"m.relates_to": { rel_type: "m.replace", event_id: "$o" },
			...fields,
		});
	t.like(edit({ "m.new_content": { msgtype: "m.text", body: "new" } }), {
		kind: "edit",
		target: { remote: "$o" },
		content: { text: "new", mime: "text/plain" },
	});
	for (const bad of [undefined, null, "new", [], {}, { body: "no type" }, { msgtype: "m.text", body: 1 }])
		t.is(edit({ "m.new_content": bad }), undefined);
});

test("a reaction is its key without the variation selector; pictures and nonsense are none", (t) => {
	const reaction = (key: unknown, fields: object = {}) =>
		converted(event("m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: "$t", key, ...fields } }));
	t.like(reaction("👍\uFE0F"), { kind: "reaction", key: "👍", target: { remote: "$t" } });
	t.like(reaction("❤"), { key: "❤" });
	for (const key of ["", "\uFE0F", "mxc://hs.test/cat", "x".repeat(101), 1, null, undefined])
		t.is(reaction(key), undefined);
	t.is(reaction("👍", { rel_type: "m.reference" }), undefined);
	t.is(reaction("👍", { event_id: 5 }), undefined);
});

test("a redaction names its target in the content, or beside it", (t) => {
	t.like(converted(event("m.room.redaction", { redacts: "$t" })), { kind: "retraction", target: "$t" });
	t.like(converted(event("m.room.redaction", {}, { redacts: "$t" })), { kind: "retraction", target: "$t" });
	t.is(converted(event("m.room.redaction", { redacts: {} })), undefined);
	t.is(converted(event("m.room.redaction", {})), undefined);
});

test("a member event is about whom it names, not about who sent it", (t) => {
	const member = (membership: unknown, state_key: unknown = "@bob:hs.test") =>
		converted(event("m.room.member", { membership }, { state_key, sender: "@mod:hs.test" }));
	t.like(member("join"), { kind: "join", sender: { id: "@bob:hs.test" }, target: { kind: "room", room } });
	t.like(member("leave"), { kind: "leave", sender: { id: "@bob:hs.test" } });
	t.like(member("ban"), { kind: "leave", sender: { id: "@bob:hs.test" } });
	for (const other of ["invite", "knock", undefined, 3, {}]) t.is(member(other), undefined);
	for (const nobody of ["", "bob", "@_ofscp_jane=40a.com:hs.test", bot, undefined, 4])
		t.is(converted(event("m.room.member", { membership: "join" }, { state_key: nobody })), undefined);
});

test("what our own ghosts and bot said comes back as nothing", (t) => {
	for (const sender of [bot, "@_ofscp_jane=40a.com:hs.test"])
		for (const raw of [
			event("m.room.message", { msgtype: "m.text", body: "echo" }, { sender }),
			event("m.reaction", { "m.relates_to": { rel_type: "m.annotation", event_id: "$t", key: "👍" } }, { sender }),
			event("m.room.redaction", { redacts: "$t" }, { sender }),
		])
			t.is(converted(raw), undefined);
});

test("a message with a state key is a state event and says nothing; neither do types that do not cross", (t) => {
	t.is(message({ msgtype: "m.text", body: "state" }, { state_key: "" }), undefined);
	for (const type of ["m.room.topic", "m.room.encrypted", "m.call.invite", "constructor", "__proto__", "toString"])
		t.is(converted(event(type, { body: "x", msgtype: "m.text" })), undefined);
});
