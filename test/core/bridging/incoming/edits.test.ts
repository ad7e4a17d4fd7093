import test, { type ExecutionContext } from "ava";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { deleteMessage } from "#core/messages/delete-message.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import type { RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge } from "../../../support/fake-bridge.ts";

const room = "!room:x";

/** A channel that is linked to a room, where alice has said "first". */
async function open(t: ExecutionContext) {
	const [chat, fedi] = [createFakeBridge("chat", { rooms: true }), createFakeBridge("fedi")];
	const core = await openCore(t, [chat, fedi]);
	const jane = await core.person("jane");
	const place = await core.channel(jane, "public");
	const reach = { bridge: chat.name, target: room, lane: `chat:${room}` };
	const portal = await linkPortal(core.context, jane, place, { bridge: chat.name, reach, consented: true });
	await changePortal(core.context, portal.id, "active");
	const target = { kind: "channel", channel: place.channel.id } as const;
	await core.incoming.receive(fedi.name, [{ kind: "join", id: "follow", sender: fedi.person("bob"), raw: {}, target }]);
	const alice = chat.guest("alice");
	const say = (id: string, text: string, rest: object = {}) =>
		chat.message(alice, id, text, { place: { kind: "room", room }, type: "message", ...rest });
	const edit = (id: string, text: string, named = "$first"): RemoteEvent => ({
		kind: "edit",
		id,
		edit: id,
		sender: alice,
		raw: { text },
		target: { remote: named },
		content: { text, mime: "text/plain" },
	});
	const redact = (named: string, sender = alice): RemoteEvent => ({
		kind: "retraction",
		id: `redaction of ${named}`,
		sender,
		raw: {},
		target: named,
	});
	const receive = async (...events: readonly RemoteEvent[]) => {
		const received = await core.incoming.receive(chat.name, events);
		await core.settled();
		return received;
	};
	await receive(say("$first", "first"));
	fedi.delivered.length = 0;
	const shown = async () => (await messageByRemote(core.context, chat.name, "$first"))?.content.text;
	const log = async () => JSON.stringify(await core.context.store.events(place.channel.id, 0, 100));
	const updates = () =>
		fedi.delivered.flatMap((d) =>
			d.kind === "edit" ? [d.subject.message.content.text] : d.kind === "removal" ? [d.kind] : [],
		);
	return { core, chat, fedi, jane, place, alice, say, edit, redact, receive, shown, log, updates };
}

/** Every order of every choice of these. */
function* choices<T>(all: readonly T[]): Generator<readonly T[]> {
	yield [];
	for (const [i, first] of all.entries())
		for (const rest of choices([...all.slice(0, i), ...all.slice(i + 1)])) yield [first, ...rest];
}

const edits = ["$second", "$third", "$fourth"];
for (const withdrawn of choices(edits)) {
	test(`the newest text that is left is shown, and the others are erased, after ${withdrawn.join(", ") || "no"} was redacted`, async (t) => {
		const { edit, redact, receive, shown, log, updates } = await open(t);
		await receive(...edits.map((id) => edit(id, `text of ${id}`)));
		let before = await shown();
		for (const id of withdrawn) {
			const sent = updates().length;
			t.like((await receive(redact(id)))[0], { status: "accepted" });
			const now = await shown();
			t.is(updates().length, now === before ? sent : sent + 1, "an update goes out if another text is shown");
			before = now;
		}
		const left = edits.filter((id) => !withdrawn.includes(id)).at(-1);
		t.is(await shown(), left === undefined ? "first" : `text of ${left}`);
		for (const id of withdrawn) t.false((await log()).includes(`text of ${id}`), id);
		for (const id of withdrawn) t.like((await receive(redact(id)))[0], { status: "duplicate" });
	});
}

test("an edit that follows the redaction of another one is shown, and its own redaction goes back before both", async (t) => {
	const { edit, redact, receive, shown } = await open(t);
	await receive(edit("$second", "second"), redact("$second"), edit("$third", "third"));
	t.is(await shown(), "third");
	await receive(redact("$third"));
	t.is(await shown(), "first");
});

test("an edit that was redacted before it arrived never appears", async (t) => {
	const { edit, redact, receive, shown, log } = await open(t);
	t.like((await receive(redact("$second")))[0], { status: "parked" });
	t.like((await receive(edit("$second", "never")))[0], { status: "ignored" });
	t.is(await shown(), "first");
	t.false((await log()).includes("never"));
});

test("only the author of an edit can withdraw it", async (t) => {
	const { chat, edit, redact, receive, shown } = await open(t);
	await receive(edit("$second", "second"));
	t.deepEqual(await receive(redact("$second", chat.guest("mallory"))), [{ status: "ignored", reason: "not-allowed" }]);
	t.is(await shown(), "second");
});

test("replies, reactions and edits that name an edit mean its message, in either order of arrival", async (t) => {
	const { core, chat, place, alice, say, edit, receive, shown } = await open(t);
	const reaction: RemoteEvent = {
		kind: "reaction",
		id: "$like",
		reaction: "$like",
		sender: alice,
		raw: {},
		target: { remote: "$second" },
		key: "👍",
	};
	t.like((await receive(reaction))[0], { status: "parked" });
	await receive(edit("$second", "second"));
	await receive(say("$reply", "a reply", { replyTo: { remote: "$second" } }), edit("$third", "third", "$second"));
	const message = await messageByRemote(core.context, chat.name, "$first");
	t.like(message, { content: { text: "third" }, replies: 1 });
	t.deepEqual(
		message?.reactions.map(({ key, count }) => [key, count]),
		[["👍", 1]],
	);
	t.is((await messageByRemote(core.context, chat.name, "$reply"))?.reply?.to, message?.id);
	t.truthy(place);
	t.is(await shown(), "third");
});

test("what names an edit that we delivered means its message, and the deletion names all edits", async (t) => {
	const { core, chat, jane, place, say, receive } = await open(t);
	const memo = await core.post(jane, place, "one");
	await core.settled();
	const edited = await editMessage(core.context, jane, memo, { content: { text: "two" } });
	await core.settled();
	const copy = chat.delivered.find(({ kind }) => kind === "edit");
	const id = `chat-copy-of-${copy?.id} in ${room}`;
	await receive(say("$reply", "a reply", { replyTo: { remote: id } }));
	t.is((await messageByRemote(core.context, chat.name, "$reply"))?.reply?.to, memo.id);
	await deleteMessage(core.context, jane, place, edited);
	await core.settled();
	const removal = chat.delivered.at(-1);
	t.true(removal?.kind === "removal" && removal.subject.remote.length === 2 && removal.subject.remote[1] === id);
});

test("the deletion of a message erases what redactions of its edits have left", async (t) => {
	const { edit, redact, receive, log } = await open(t);
	await receive(edit("$second", "second text"), edit("$third", "third text"), redact("$third"), redact("$first"));
	t.notRegex(await log(), /second text|third text|"first"/);
});

test("after an edit was redacted, an earlier one that arrives late is shown", async (t) => {
	const { core, edit, redact, receive, shown } = await open(t);
	const at = (ms: number, event: RemoteEvent): RemoteEvent => ({ ...event, at: core.clock.time - 1000 + ms });
	await receive(at(10, edit("$second", "second")), at(30, edit("$fourth", "fourth")), redact("$fourth"));
	t.is(await shown(), "second");
	await receive(at(20, edit("$third", "third")));
	t.is(await shown(), "third");
});
