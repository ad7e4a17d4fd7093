import path from "node:path";
import test, { type ExecutionContext } from "ava";
import { type FedifyPeer, startFedify } from "../peers/fedify.ts";
import { type Synapse, type SynapseUser, startSynapse } from "../peers/synapse.ts";
import type { Client } from "../support/client.ts";
import { freePort } from "../support/free-port.ts";
import { type Running, startGateway } from "../support/gateway.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { until } from "../support/wait.ts";

interface Scene {
	readonly provider: Running;
	readonly synapse: Synapse;
	readonly peer: FedifyPeer;
	readonly jane: Client;
	readonly alice: SynapseUser;
	readonly bot: string;
}

interface Item {
	readonly id: string;
	readonly author: string;
	readonly content: { readonly text: string };
	readonly reference?: { readonly id: string };
	readonly reactions: readonly { readonly key: string; readonly count: number }[];
	readonly deletedAt?: string;
}

/** Starts a provider with both bridges, a homeserver with its registration, a fediverse server, and three people. */
async function open(t: ExecutionContext): Promise<Scene> {
	const folder = await temporaryFolder(t);
	const port = await freePort();
	const synapse = await startSynapse({
		appserviceUrl: `http://127.0.0.1:${port}`,
		folder: path.join(folder, "synapse"),
	});
	const provider = await startGateway(
		folder,
		{
			CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
			CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: synapse.url,
			CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: synapse.serverName,
			CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: synapse.registrationFile,
		},
		port,
	);
	const peer = await startFedify();
	t.teardown(async () => {
		await provider[Symbol.asyncDispose]();
		await peer[Symbol.asyncDispose]();
		await synapse.stop();
	});
	const [jane, alice] = [await provider.person("jane"), await synapse.registerUser("alice")];
	return { provider, synapse, peer, jane, alice, bot: `@_ofscp_bot:${synapse.serverName}` };
}

/** Lets Alice create a room and invite the bot, a member link the room, and Alice agree. */
async function linkRoom(
	{ jane, alice, bot }: Scene,
	group: string,
	channel: string,
): Promise<{ room: string; portal: string }> {
	const room = await alice.createRoom({ preset: "public_chat" });
	await alice.invite(room, bot);
	const portal = await jane.call("POST", `/api/groups/${group}/bridges`, { bridge: "matrix", channel, room });
	await until("the room is asked", async () =>
		(await textsIn(alice, room)).some((event) => String(event.content.body).includes(`link ${portal.code}`)),
	);
	await alice.sendText(room, `link ${portal.code}`);
	await until("the link is active", async () => {
		const { items } = await jane.call("GET", `/api/groups/${group}/bridges`);
		return items.some((item: { id: string; state: string }) => item.id === portal.id && item.state === "active");
	});
	return { room, portal: portal.id };
}

const textsIn = async (user: SynapseUser, room: string) =>
	(await user.messages(room)).filter(
		(event) => event.type === "m.room.message" && typeof event.content.body === "string",
	);

test("a memo, replies, reactions, edits and deletions cross a linked timeline in all three directions", async (t) => {
	const scene = await open(t);
	const { jane, alice, peer, provider, synapse } = scene;
	const { timeline } = await jane.call("GET", "/api/me");
	const messages = `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`;
	const { room } = await linkRoom(scene, timeline.group, timeline.channel);
	const actor = await peer.lookUp(`jane@${provider.domain}`);
	if (actor === null) return t.fail("The peer can't find jane");
	await peer.follow("bob", actor);
	await peer.waitFor((received) => received.type === "Accept", "the Accept");

	const memo = await jane.call("POST", messages, {
		type: "memo",
		content: { text: "Hello **rooms**", mime: "text/markdown" },
	});
	const inRoom = await until("the memo is in the room", async () =>
		(await textsIn(alice, room)).find((event) => String(event.content.body).includes("Hello")),
	);
	t.is(inRoom.sender, `@_ofscp_jane=40localhost=3a${provider.domain.split(":")[1]}:${synapse.serverName}`);
	t.regex(String(inRoom.content.formatted_body), /<strong>rooms<\/strong>/);
	const note = (await peer.waitFor((received) => received.type === "Create", "the memo")).json.object as { id: string };

	await peer.post("bob", "Hi from Bob", { to: actor, replyTo: note.id });
	await peer.like("bob", note.id, actor);
	await alice.reply(room, inRoom.event_id, "Hi from Alice");
	await alice.react(room, inRoom.event_id, "🎉");
	const items: Item[] = await until("both replies and both reactions are under the memo", async () => {
		const list = (await jane.call("GET", messages)).items as Item[];
		const root = list.find((item) => item.id === memo.id);
		return list.length === 3 && root?.reactions.length === 2 && list;
	});
	t.true(items.filter((item) => item.id !== memo.id).every((item) => item.reference?.id === memo.id));
	const bobInRoom = await until("Alice sees Bob's reply as a reply", async () =>
		(await textsIn(alice, room)).find((event) => String(event.content.body).includes("Hi from Bob")),
	);
	t.deepEqual((bobInRoom.content["m.relates_to"] as Record<string, unknown>)["m.in_reply_to"], {
		event_id: inRoom.event_id,
	});
	const alicesNote = await peer.waitFor(
		(received) => received.type === "Create" && JSON.stringify(received.json).includes("Hi from Alice"),
		"Alice's reply",
	);
	t.is((alicesNote.json.object as Record<string, unknown>).inReplyTo, note.id);
	await until("Alice sees Bob's like", async () =>
		(await alice.messages(room)).some((event) => event.type === "m.reaction" && event.sender !== alice.userId),
	);

	// Edits, first ours, then one from the room.
	await jane.call("PATCH", `${messages}/${memo.id}`, { content: { text: "Hello again" } });
	await until("the edit is in the room", async () =>
		(await textsIn(alice, room)).some(
			(event) => (event.content["m.relates_to"] as { rel_type?: string; event_id?: string })?.rel_type === "m.replace",
		),
	);
	await peer.waitFor(
		(received) => received.type === "Update" && JSON.stringify(received.json).includes("Hello again"),
		"the edit",
	);
	const alices = (await textsIn(alice, room)).find((event) => event.content.body === "Hi from Alice");
	await alice.edit(room, String(alices?.event_id), "Hi from Alice, edited");
	await peer.waitFor(
		(received) => received.type === "Update" && JSON.stringify(received.json).includes("Alice, edited"),
		"Alice's edit",
	);
	await until("Alice's edit is here", async () =>
		((await jane.call("GET", messages)).items as Item[]).some((item) => item.content.text.includes("Alice, edited")),
	);

	// Deletions, first one from the room, then ours.
	await alice.redact(room, String(alices?.event_id));
	await peer.waitFor((received) => received.type === "Delete", "Alice's deletion");
	await jane.call("DELETE", `${messages}/${memo.id}`);
	await until("the memo is redacted in the room", async () => {
		const events = await alice.messages(room);
		return events.some((event) => event.event_id === inRoom.event_id && event.unsigned?.redacted_because !== undefined);
	});
	const tombstones = ((await jane.call("GET", messages)).items as Item[]).filter(
		(item) => item.deletedAt !== undefined,
	);
	t.is(tombstones.length, 2);
});

test("posts of Alice and Bob in a group's channel appear once on every side", async (t) => {
	const scene = await open(t);
	const { jane, alice, peer, provider } = scene;
	const group = await jane.call("POST", "/api/groups", { name: "Guild" });
	const channel = await jane.call("POST", `/api/groups/${group.id}/channels`, {
		name: "general",
		type: "text",
		tier: "discoverable",
	});
	const { room } = await linkRoom(scene, group.id, channel.id);
	const actor = await peer.lookUp(`guild-general@${provider.domain}`);
	if (actor === null) return t.fail("The channel is not an actor");
	await peer.follow("bob", actor);
	await peer.waitFor((received) => received.type === "Accept", "the Accept");
	await alice.sendText(room, "Alice was here");
	await peer.waitFor(
		(received) => received.type === "Announce" && JSON.stringify(received.json).includes("Alice was here"),
		"Alice's post",
	);
	await peer.post("bob", "Bob was here", { to: actor, audience: String(actor.id?.href) });
	await until("Bob's post is in the room", async () =>
		(await textsIn(alice, room)).some((event) => String(event.content.body).includes("Bob was here")),
	);
	const { items } = await jane.call("GET", `/api/groups/${group.id}/channels/${channel.id}/messages`);
	t.deepEqual((items as Item[]).map((item) => item.content.text.replace(/<[^>]+>/g, "")).sort(), [
		"Alice was here",
		"Bob was here",
	]);
	t.is((await textsIn(alice, room)).filter((event) => String(event.content.body).includes("was here")).length, 2);
});

test("in a linked timeline, other users get one notice that only replies are bridged", async (t) => {
	const scene = await open(t);
	const { jane, alice } = scene;
	const { timeline } = await jane.call("GET", "/api/me");
	const { room } = await linkRoom(scene, timeline.group, timeline.channel);
	await alice.sendText(room, "one");
	await alice.sendText(room, "two");
	const notices = async () =>
		(await textsIn(alice, room)).filter(
			({ content }) => content.msgtype === "m.notice" && String(content.body).includes("Only replies"),
		);
	await until("the notice", async () => (await notices()).length === 1);
	const memo = await jane.call("POST", `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`, {
		type: "memo",
		content: { text: "marker" },
	});
	await until("the marker", async () => (await textsIn(alice, room)).some((event) => event.content.body === "marker"));
	t.is((await notices()).length, 1);
	const { items } = await jane.call("GET", `/api/groups/${timeline.group}/channels/${timeline.channel}/messages`);
	t.deepEqual(
		(items as Item[]).map((item) => item.id),
		[memo.id],
	);
});

test("after unlinking the ghosts leave and nothing is bridged, and private channels can't be linked", async (t) => {
	const scene = await open(t);
	const { jane, alice, synapse } = scene;
	const group = await jane.call("POST", "/api/groups", { name: "Guild" });
	const secret = await jane.call("POST", `/api/groups/${group.id}/channels`, { name: "secret", type: "text" });
	const refused = await jane.answer("POST", `/api/groups/${group.id}/bridges`, {
		bridge: "matrix",
		channel: secret.id,
		room: "!any:x",
	});
	t.is(refused.status, 409);
	t.is(refused.body.errorCode, "tier_not_federated");
	const channel = await jane.call("POST", `/api/groups/${group.id}/channels`, {
		name: "open",
		type: "text",
		tier: "public",
	});
	const { room, portal } = await linkRoom(scene, group.id, channel.id);
	const messages = `/api/groups/${group.id}/channels/${channel.id}/messages`;
	await jane.call("POST", messages, { type: "message", content: { text: "before" } });
	await until("the message is in the room", async () =>
		(await textsIn(alice, room)).some((event) => event.content.body === "before"),
	);
	await jane.call("DELETE", `/api/groups/${group.id}/bridges/${portal}`);
	await until(
		"the bot and the ghosts have left",
		async () => !(await alice.members(room)).some((member) => member.includes("_ofscp_")),
	);
	await jane.call("POST", messages, { type: "message", content: { text: "after" } });
	await alice.sendText(room, "into the void");
	const other = await linkRoom(scene, group.id, channel.id);
	await jane.call("POST", messages, { type: "message", content: { text: "marker" } });
	await until("the marker is in the new room", async () =>
		(await textsIn(alice, other.room)).some((event) => event.content.body === "marker"),
	);
	t.false((await textsIn(alice, room)).some((event) => event.content.body === "after"));
	const { items } = await jane.call("GET", messages);
	t.false((items as Item[]).some((item) => item.content.text.includes("void")));
	t.truthy(synapse.url);
});
