import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { createHomeserver } from "../../../bridges/matrix/homeserver.ts";
import { createNames } from "../../../bridges/matrix/ids.ts";
import { readRegistration } from "../../../bridges/matrix/registration.ts";
import { type Synapse, type SynapseUser, startSynapse } from "../../peers/synapse.ts";
import type { Client } from "../../support/client.ts";
import { freePort } from "../../support/free-port.ts";
import { type Running, startGateway } from "../../support/gateway.ts";
import { until } from "../../support/wait.ts";

/** One homeserver and one provider for all tests here, which take turns in ending them. */
let folder: string;
let port: number;
let synapse: Synapse;
let provider: Running;
let [jane, alice]: [Client?, SynapseUser?] = [];

const start = (): Promise<Running> =>
	startGateway(
		folder,
		{
			CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
			CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: synapse.url,
			CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: synapse.serverName,
			CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: synapse.registrationFile,
		},
		port,
	);

test.before(async () => {
	folder = await mkdtemp(path.join(tmpdir(), "causeway-synapse-"));
	port = await freePort();
	synapse = await startSynapse({ appserviceUrl: `http://127.0.0.1:${port}`, folder: path.join(folder, "synapse") });
	provider = await start();
	[jane, alice] = [await provider.person("jane"), await synapse.registerUser("alice")];
});
test.after.always(async () => {
	await provider[Symbol.asyncDispose]();
	await synapse.stop();
	await rm(folder, { recursive: true, force: true, maxRetries: 3 });
});

const bot = "@_ofscp_bot:hs.test";
let groups = 0;

interface Linked {
	readonly room: string;
	readonly code: string;
	readonly messages: string;
	state(): Promise<string>;
	texts(): Promise<readonly string[]>;
}

/** A room of Alice's that is linked to a new channel of jane's. `answers`: Alice agrees. `alias`: linked by its alias. */
async function link(
	options: Record<string, unknown> = {},
	{ answers = true, alias }: { answers?: boolean; alias?: string } = {},
): Promise<Linked> {
	if (jane === undefined || alice === undefined) throw new Error("Nobody is there");
	const [client, user] = [jane, alice];
	const group = await client.call("POST", "/api/groups", { name: `Guild ${++groups}` });
	const at = `/api/groups/${group.id}`;
	const channel = await client.call("POST", `${at}/channels`, { name: "general", type: "text", tier: "public" });
	const room = await user.createRoom({ preset: "public_chat", ...options });
	await user.invite(room, bot);
	const { code } = await client.call("POST", `${at}/bridges`, {
		bridge: "matrix",
		channel: channel.id,
		room: alias ?? room,
	});
	if (answers) {
		await until("the room is asked", async () =>
			(await user.messages(room)).some((event) => String(event.content.body).includes(`link ${code}`)),
		);
		await user.sendText(room, `link ${code}`);
	}
	const messages = `${at}/channels/${channel.id}/messages`;
	return {
		room,
		code,
		messages,
		state: async () => (await client.call("GET", `${at}/bridges`)).items[0].state,
		texts: async () =>
			(await client.call("GET", messages)).items
				.map((item: { content: { text: string } }) => item.content.text)
				.toReversed(),
	};
}
/** Throws the bot out of a room. */
async function kick(user: string, room: string): Promise<void> {
	const post = async (route: string, body: object, token = "") =>
		(
			await fetch(`${synapse.url}/_matrix/client/v3${route}`, {
				method: "POST",
				headers: { Authorization: `Bearer ${token}` },
				body: JSON.stringify(body),
			})
		).json() as Promise<{ access_token: string; errcode?: string }>;
	const { access_token } = await post("/login", {
		type: "m.login.password",
		identifier: { type: "m.id.user", user },
		password: "password",
	});
	const { errcode } = await post(`/rooms/${encodeURIComponent(room)}/kick`, { user_id: bot }, access_token);
	if (errcode !== undefined) throw new Error(errcode);
}
const comesTo = (linked: Linked, state: string): Promise<boolean> =>
	until(`the link is ${state}`, async () => (await linked.state()) === state);

test.serial("a room is linked by its alias; an unknown alias is refused", async (t) => {
	const linked = await link({ room_alias_name: "den" }, { alias: "#den:hs.test" });
	await comesTo(linked, "active");
	await alice?.sendText(linked.room, "hi");
	await until("it is here", async () => (await linked.texts()).includes("hi"));
	const group = await jane?.call("POST", "/api/groups", { name: "Other" });
	const channel = await jane?.call("POST", `/api/groups/${group.id}/channels`, {
		name: "general",
		type: "text",
		tier: "public",
	});
	const refused = await jane?.answer("POST", `/api/groups/${group.id}/bridges`, {
		bridge: "matrix",
		channel: channel.id,
		room: "#nothing:hs.test",
	});
	t.true((refused?.status ?? 0) >= 400 && (refused?.status ?? 0) < 500);
});

test.serial(
	"an answer of a powerless person leaves a link waiting, that of a powerful one makes it active",
	async (t) => {
		const linked = await link({}, { answers: false });
		const question = await until("the room is asked", async () =>
			(await alice?.messages(linked.room))?.find((event) => event.sender === bot && event.type === "m.room.message"),
		);
		t.regex(question.content.body, /^jane@.* asks to link this room/);
		const bob = await synapse.registerUser("bob");
		await bob.join(linked.room);
		await bob.sendText(linked.room, `link ${linked.code}`);
		await alice?.sendText(linked.room, "nothing of this is bridged yet");
		// A link of another room, which is active later, shows that the answer was heard.
		await comesTo(await link(), "active");
		t.is(await linked.state(), "waiting");
		await alice?.sendText(linked.room, `link ${linked.code}`);
		await comesTo(linked, "active");
		await alice?.sendText(linked.room, "now");
		await until("it is here", async () => (await linked.texts()).at(-1) === "now");
		t.false((await linked.texts()).some((text) => text.includes("yet")));
		// Bob was in the room before the link.
		const membersOf = async () => (await jane?.call("GET", linked.messages.replace(/messages$/, "members")))?.items;
		await until("bob is a member", async () => JSON.stringify(await membersOf()).includes("_matrix_bob_hs.test"));
	},
);

test.serial("the bot does not enter a public room that it was not invited to", async (t) => {
	if (jane === undefined || alice === undefined) throw new Error("There are no people");
	const client = jane;
	const group = await jane.call("POST", "/api/groups", { name: `Guild ${++groups}` });
	const channel = await jane.call("POST", `/api/groups/${group.id}/channels`, {
		name: "general",
		type: "text",
		tier: "public",
	});
	const room = await alice.createRoom({ preset: "public_chat" });
	await jane.call("POST", `/api/groups/${group.id}/bridges`, { bridge: "matrix", channel: channel.id, room });
	const shown = async () => (await client.call("GET", `/api/groups/${group.id}/bridges`)).items[0];
	await until("the link says why it waits", async () => /invite @_ofscp_bot:hs.test/.test((await shown()).reason));
	t.false((await alice.members(room)).includes(bot));
	t.is((await shown()).state, "waiting");
});

test.serial(
	"a room that stops letting ghosts in or speak degrades its link, which recovers with the levels",
	async (t) => {
		const linked = await link();
		await comesTo(linked, "active");
		const levels = { users: { [alice?.userId ?? ""]: 100 }, users_default: 0, state_default: 50, ban: 50, kick: 50 };
		await alice?.setState(linked.room, "m.room.power_levels", { events_default: 50, ...levels, users: {} });
		await comesTo(linked, "degraded");
		await alice?.setState(linked.room, "m.room.power_levels", { events_default: 0, ...levels, users: {} });
		await comesTo(linked, "active");
		await alice?.setState(linked.room, "m.room.power_levels", { invite: 50, ...levels, users: {} });
		await alice?.setState(linked.room, "m.room.join_rules", { join_rule: "invite" });
		await comesTo(linked, "degraded");
		t.pass();
	},
);

test.serial("an upgraded room degrades its link; a tombstone that names a stranger's room does not", async (t) => {
	const [linked, other] = [await link(), await link()];
	await comesTo(linked, "active");
	await comesTo(other, "active");
	const foreign = await alice?.createRoom({ preset: "public_chat" });
	await alice?.setState(linked.room, "m.room.tombstone", { body: "moved", replacement_room: foreign });
	const successor = await alice?.createRoom({
		creation_content: { predecessor: { room_id: other.room } },
		initial_state: [
			{ type: "m.room.history_visibility", state_key: "", content: { history_visibility: "world_readable" } },
		],
	});
	await alice?.setState(other.room, "m.room.tombstone", { body: "moved", replacement_room: successor });
	await comesTo(other, "degraded");
	await alice?.sendText(linked.room, "still here");
	await until("it is here", async () => (await linked.texts()).includes("still here"));
	t.is(await linked.state(), "active");
});

test.serial("an encrypted room is refused, with a notice to its people", async (t) => {
	const linked = await link(
		{
			initial_state: [{ type: "m.room.encryption", state_key: "", content: { algorithm: "m.megolm.v1.aes-sha2" } }],
		},
		{ answers: false },
	);
	await comesTo(linked, "degraded");
	const notice = await until("the notice", async () =>
		(await alice?.messages(linked.room))?.find((event) => event.content.msgtype === "m.notice"),
	);
	t.is(notice.sender, bot);
	t.regex(notice.content.body, /encrypted/);
});

test.serial("a bot that is kicked leaves its link degraded, stays away, and nothing goes round", async (t) => {
	const linked = await link();
	await comesTo(linked, "active");
	await kick("alice", linked.room);
	await comesTo(linked, "degraded");
	await jane?.call("POST", linked.messages, { type: "message", content: { text: "into the void" } });
	const other = await link();
	await comesTo(other, "active");
	t.false((await alice?.members(linked.room))?.includes(bot));
	t.is(await linked.state(), "degraded");
	t.false((await alice?.messages(linked.room))?.some((event) => event.content.body === "into the void"));
});

test.serial("the same transaction id after a restart of the homeserver is the same event", async (t) => {
	const linked = await link();
	await comesTo(linked, "active");
	await jane?.call("POST", linked.messages, { type: "message", content: { text: "make the ghost" } });
	const ghost = createNames({ prefix: "_ofscp_", serverName: "hs.test" }).ghost("jane", provider.domain);
	await until("the ghost is there", async () => (await alice?.members(linked.room))?.includes(ghost));
	const homeserver = createHomeserver(
		{ homeserverUrl: synapse.url, serverName: "hs.test" } as never,
		readRegistration(synapse.registrationFile),
	);
	t.teardown(() => homeserver.close());
	const send = () =>
		homeserver.request("PUT", `/rooms/${encodeURIComponent(linked.room)}/send/m.room.message/same`, {
			as: ghost,
			query: { device_id: "CAUSEWAY" },
			body: { msgtype: "m.text", body: "once" },
		});
	const first = await send();
	await synapse.restart();
	t.deepEqual(await send(), first);
});

test.serial(
	"a homeserver that is killed after it has promised messages loses none of them here, nor their order",
	async (t) => {
		const linked = await link();
		await comesTo(linked, "active");
		await alice?.sendText(linked.room, "before");
		await until("it is here", async () => (await linked.texts()).length === 1);
		await provider[Symbol.asyncDispose]();
		const said = Array.from({ length: 10 }, (_, i) => `while nobody listened ${i}`);
		for (const text of said) await alice?.sendText(linked.room, text);
		await synapse.kill9();
		await synapse.start();
		await new Promise((resolve) => setTimeout(resolve, 500));
		await synapse.kill9();
		await synapse.start();
		provider = await start();
		await until("all of it is here", async () => (await linked.texts()).length >= 11);
		await alice?.sendText(linked.room, "after");
		await until("what comes then is here", async () => (await linked.texts()).at(-1) === "after");
		t.deepEqual(await linked.texts(), ["before", ...said, "after"]);
	},
);

test.serial(
	"a homeserver that is restarted, and numbers its transactions anew, loses and doubles nothing",
	async (t) => {
		const linked = await link();
		await comesTo(linked, "active");
		for (const text of ["one", "two", "three"]) await alice?.sendText(linked.room, text);
		await until("they are here", async () => (await linked.texts()).length === 3);
		await synapse.restart();
		for (const text of ["four", "five"]) await alice?.sendText(linked.room, text);
		await synapse.kill9();
		await synapse.start();
		await alice?.sendText(linked.room, "six");
		// A homeserver that is slow to tell its history is not waited for: what it forgot then comes behind.
		await until("all of it is here", async () => (await linked.texts()).length >= 6);
		t.deepEqual((await linked.texts()).toSorted(), ["five", "four", "one", "six", "three", "two"]);
	},
);
