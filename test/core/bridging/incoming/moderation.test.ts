import test, { type ExecutionContext } from "ava";
import { messageByRemote } from "#core/bridging/find-message.ts";
import { changePortal } from "#core/bridging/portals/change-portal.ts";
import { linkPortal } from "#core/bridging/portals/link-portal.ts";
import { portals } from "#core/bridging/portals/portal.ts";
import { editMessage } from "#core/messages/edit-message.ts";
import { messages } from "#core/messages/message.ts";
import type { Moderation, Portal } from "#core/model/portal.ts";
import type { RemoteEvent } from "#core/ports/bridge/remote-event.ts";
import { react } from "#core/reactions/react.ts";
import { openCore } from "../../../support/core.ts";
import { createFakeBridge } from "../../../support/fake-bridge.ts";

const room = "!room:x";

/** A channel that is linked to a room, with a memo of ours and one of a guest of the room. */
async function open(t: ExecutionContext, moderation: Moderation | undefined) {
	const chat = createFakeBridge("chat", { rooms: true });
	const core = await openCore(t, [chat]);
	const { store } = core.context;
	const jane = await core.person("jane");
	const place = await core.channel(jane, "public");
	async function link(name: string, to = place) {
		const reach = { bridge: chat.name, target: name, lane: `chat:${name}` };
		const portal = await linkPortal(core.context, jane, to, { bridge: chat.name, reach, consented: true });
		await changePortal(core.context, portal.id, "active");
		return portal;
	}
	const portal = await link(room);
	const stored = await store.get(portals, portal.id);
	if (moderation !== undefined && stored !== undefined)
		await store.replace(portals, portal.id, stored.rev, { ...(stored.doc as Portal), moderation });
	const memo = await core.post(jane, place, "Ours");
	await core.settled();
	const copy = `chat-copy-of-${chat.delivered.find(({ kind }) => kind === "message")?.id} in ${room}`;
	const redact = (target: string, where = room): RemoteEvent => ({
		kind: "retraction",
		id: `redaction of ${target}`,
		sender: chat.guest("moderator"),
		raw: {},
		target,
		room: where,
	});
	const receive = async (event: RemoteEvent) => {
		const [received] = await core.incoming.receive(chat.name, [event]);
		await core.settled();
		return received;
	};
	const isDeleted = async () => (await store.get(messages, memo.id))?.doc.deletedAt !== undefined;
	return { core, chat, jane, place, memo, copy, redact, receive, isDeleted, link };
}

for (const moderation of [undefined, "own"] as const) {
	test(`a room whose moderation is ${moderation ?? "not agreed"} removes on its own side only`, async (t) => {
		const { chat, core, copy, redact, receive, isDeleted } = await open(t, moderation);
		t.deepEqual(await receive(redact(copy)), { status: "ignored", reason: "not-allowed" });
		t.false(await isDeleted());
		await receive(
			chat.message(chat.guest("alice"), "$alice", "Theirs", { place: { kind: "room", room }, type: "message" }),
		);
		t.deepEqual(await receive(redact("$alice")), { status: "ignored", reason: "not-allowed" });
		t.is((await messageByRemote(core.context, chat.name, "$alice"))?.deletedAt, undefined);
	});
}

test("the moderators of a room that shares moderation remove messages, edits and reactions of anyone", async (t) => {
	const { core, chat, jane, place, memo, copy, redact, receive, isDeleted } = await open(t, "shared");
	await editMessage(core.context, jane, memo, { content: { text: "Changed" } });
	await react(core.context, jane, place, memo, { key: "👍", unicode: "👍" });
	await core.settled();
	const sent = (kind: string) => `chat-copy-of-${chat.delivered.find((d) => d.kind === kind)?.id} in ${room}`;
	const now = async () => (await core.context.store.get(messages, memo.id))?.doc;
	t.like(await receive(redact(sent("reaction"))), { status: "accepted" });
	t.deepEqual((await now())?.reactions, []);
	t.like(await receive(redact(sent("edit"))), { status: "accepted" });
	t.is((await now())?.content.text, "Ours");
	t.like(await receive(redact(copy)), { status: "accepted" });
	t.true(await isDeleted());
	await receive(
		chat.message(chat.guest("alice"), "$alice", "Theirs", { place: { kind: "room", room }, type: "message" }),
	);
	t.like(await receive(redact("$alice")), { status: "accepted" });
	t.not((await messageByRemote(core.context, chat.name, "$alice"))?.deletedAt, undefined);
});

test("shared moderation reaches the linked channel only, and only from its room", async (t) => {
	const { core, chat, jane, copy, redact, receive, isDeleted, link } = await open(t, "shared");
	const other = await core.channel(jane, "public", "other");
	await link("!other", other);
	t.deepEqual(await receive(redact(copy, "!other")), { status: "ignored", reason: "not-allowed" });
	t.false(await isDeleted());
	const memo = await core.post(jane, other, "Elsewhere");
	await core.settled();
	const theirs = `chat-copy-of-${chat.delivered.findLast(({ kind }) => kind === "message")?.id} in !other`;
	t.deepEqual(await receive(redact(theirs)), { status: "ignored", reason: "not-allowed" });
	t.is((await core.context.store.get(messages, memo.id))?.doc.deletedAt, undefined);
});
