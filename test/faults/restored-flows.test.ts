import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "ava";
import { type FedifyPeer, startFedify } from "../peers/fedify.ts";
import { type Synapse, type SynapseUser, startSynapse } from "../peers/synapse.ts";
import type { Client } from "../support/client.ts";
import { freePort } from "../support/free-port.ts";
import { type Provider, startProvider } from "../support/provider.ts";
import { until } from "../support/wait.ts";
import { type BackedUpStore, stores } from "./backups.ts";
import { fediverseSide, nameIn, textOf, timelineOf } from "./views.ts";

interface Place {
	readonly messages: string;
	readonly room: string;
	/** The id of the actor that stands for it in the fediverse. */
	readonly actor: string;
}

interface Scene extends AsyncDisposable {
	readonly store: BackedUpStore;
	readonly synapse: Synapse;
	readonly peer: FedifyPeer;
	readonly provider: Provider;
	readonly jane: Client;
	readonly alice: SynapseUser;
	/** Jane's timeline, and a channel of a group of hers. */
	readonly timeline: Place;
	readonly channel: Place;
}

async function open(kind: keyof typeof stores): Promise<Scene> {
	await using opened = new AsyncDisposableStack();
	const folder = await mkdtemp(path.join(tmpdir(), "causeway-"));
	opened.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
	const port = await freePort();
	const synapse = await startSynapse({
		appserviceUrl: `http://127.0.0.1:${port}`,
		folder: path.join(folder, "synapse"),
	});
	opened.defer(() => synapse.stop());
	const store = opened.use(await stores[kind]());
	const peer = opened.use(await startFedify());
	const env = {
		CAUSEWAY_BRIDGES_MATRIX_ENABLED: "true",
		CAUSEWAY_BRIDGES_MATRIX_HOMESERVER_URL: synapse.url,
		CAUSEWAY_BRIDGES_MATRIX_SERVER_NAME: synapse.serverName,
		CAUSEWAY_BRIDGES_MATRIX_REGISTRATION: synapse.registrationFile,
		...store.env,
	};
	const provider = opened.use(await startProvider({ folder, port, env }));
	const [jane, alice] = [await provider.person("jane"), await synapse.registerUser("alice")];
	const link = async (group: string, channel: string, actor: string): Promise<Place> => {
		const room = await alice.createRoom({ preset: "public_chat" });
		await provider.cli("matrix", "link", channel, room);
		await until("the link is active", async () => {
			const { items } = await jane.call("GET", `/api/groups/${group}/bridges`);
			return items.some((item: { room: string; state: string }) => item.room === room && item.state === "active");
		});
		return { messages: `/api/groups/${group}/channels/${channel}/messages`, room, actor };
	};
	const me = await jane.call("GET", "/api/me");
	const group = await jane.call("POST", "/api/groups", { name: "Guild" });
	const fields = { name: "general", type: "text", tier: "discoverable" };
	const general = await jane.call("POST", `/api/groups/${group.id}/channels`, fields);
	const timeline = await link(me.timeline.group, me.timeline.channel, me.actor);
	const channel = await link(group.id, general.id, `${provider.origin}/channels/${general.id}`);
	const kept = opened.move();
	const parts = { store, synapse, peer, provider, jane, alice, timeline, channel };
	return { ...parts, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

/** What the room shows, by name. A redacted event has no text any more. */
async function roomView({ alice }: Scene, { room }: Place): Promise<ReadonlyMap<string, string>> {
	const shown = new Map<string, string>();
	const names = new Map<string, string>();
	for (const { type, event_id, content } of await alice.messages(room)) {
		if (type !== "m.room.message" || typeof content.body !== "string") continue;
		const relation = content["m.relates_to"] as { rel_type?: string; event_id?: string } | undefined;
		const of = relation?.rel_type === "m.replace" ? String(relation.event_id) : event_id;
		const name = names.get(of) ?? nameIn(content.body);
		if (name === undefined) continue;
		if (of === event_id && shown.has(name)) throw new Error(`The room has ${name} twice`);
		names.set(of, name);
		shown.set(name, content.body.replace(/^\* /, ""));
	}
	return shown;
}

const eventOf = async ({ alice }: Scene, { room }: Place, name: string): Promise<string> =>
	until(`${name} is in the room`, async () => {
		const events = await alice.messages(room);
		return events.find(({ content }) => content.body === textOf(name))?.event_id;
	});

/** What the fediverse server shows of a place's actor, by name, and the ids of all that it has got. */
const peerView = ({ peer }: Scene, { actor }: Place) =>
	fediverseSide(
		peer.inbox.map(({ id, json, ...rest }) => ({ ...rest, id, accepted: true, activity: { ...json, id } }) as never),
		actor,
	).view;

async function ourView({ jane }: Scene, { messages }: Place): Promise<ReadonlyMap<string, string>> {
	const items = await timelineOf(jane, messages);
	const texts = items.map(({ content }) => content.text.replace(/<[^>]+>/g, ""));
	return new Map(texts.flatMap((text) => [[nameIn(text), text]] as [string, string][]).filter(([name]) => name));
}

for (const kind of ["sqlite", "mongodb"] as const)
	test(`after a restore from a backup, everything that is posted, edited, deleted, liked, joined or followed arrives, and overwrites nothing that was lost (${kind})`, async (t) => {
		await using scene = await open(kind);
		const { jane, alice, peer, provider, synapse, store, timeline, channel } = scene;
		const post = async ({ messages }: Place, name: string): Promise<string> =>
			(await jane.call("POST", messages, { type: "memo", content: { text: textOf(name) } })).id;
		const edit = ({ messages }: Place, id: string, name: string, version: number) =>
			jane.call("PATCH", `${messages}/${id}`, { content: { text: textOf(name, version) } });
		/** Waits until the room, the fediverse server and the provider itself show these texts. */
		const shown = async (
			place: Place,
			texts: Readonly<Record<string, string>>,
			sides = [roomView, peerView, ourView],
		) => {
			for (const [name, text] of Object.entries(texts))
				for (const view of sides)
					await until(`${view.name}: ${text}`, async () => (await view(scene, place)).get(name) === text);
		};
		const gone = async (place: Place, name: string) => {
			for (const view of [roomView, peerView, ourView])
				await until(`${view.name}: no ${name}`, async () => !(await view(scene, place)).has(name));
		};
		const [actor, guild] = [
			await peer.lookUp(`jane@${provider.domain}`),
			await peer.lookUp(`guild-general@${provider.domain}`),
		];
		if (actor === null || guild === null) return t.fail("The peer can't find jane or the channel");
		const bobPosts = (name: string) => peer.post("bob", textOf(name), { to: guild, audience: channel.actor });
		const noteOf = async (name: string): Promise<string> => {
			const create = await peer.waitFor(
				({ type, json }) => type === "Create" && JSON.stringify(json).includes(textOf(name)),
				name,
			);
			return (create.json.object as { id: string }).id;
		};
		const reactionsOf = async ({ messages }: Place, id: string): Promise<readonly { key: string; count: number }[]> =>
			(await timelineOf(jane, messages)).find((item) => item.id === id)?.reactions ?? [];
		const accepts = () => peer.inbox.filter(({ type }) => type === "Accept").length;

		// Before the backup.
		const follow = await peer.follow("bob", actor);
		await peer.follow("bob", guild);
		await until("bob's follows are accepted", () => accepts() === 2);
		await jane.call("POST", "/api/me/follows", { actor: `bob@${peer.host}` });
		await until("jane follows bob", () => peer.followers("bob").length === 1);
		const m1 = await post(timeline, "m1");
		const [m2, m5, m6] = [await post(channel, "m2"), await post(channel, "m5"), await post(channel, "m6")];
		const m3 = await alice.sendText(channel.room, textOf("m3"));
		const m4 = await bobPosts("m4");
		await alice.react(channel.room, await eventOf(scene, channel, "m2"), "👍");
		await peer.like("bob", await noteOf("m1"), actor);
		await shown(timeline, { m1: "m1 v1" });
		await shown(channel, { m2: "m2 v1", m5: "m5 v1", m6: "m6 v1", m3: "m3 v1" });
		await shown(channel, { m4: "m4 v1" }, [roomView, ourView]);
		await until("both reactions are here", async () =>
			[await reactionsOf(timeline, m1), await reactionsOf(channel, m2)].every((list) => list.length === 1),
		);
		await store.backUp(provider.dataDir);

		// After the backup: lost here, known there.
		await post(timeline, "m10");
		await post(channel, "m11");
		await edit(channel, m2, "m2", 2);
		await jane.call("DELETE", `${channel.messages}/${m5}`);
		await alice.sendText(channel.room, textOf("m12"));
		await alice.edit(channel.room, m3, textOf("m3", 2));
		await peer.edit("bob", m4, textOf("m4", 2), guild);
		const dave = await synapse.registerUser("dave");
		await dave.join(channel.room);
		await peer.follow("carol", actor);
		await until("carol's follow is accepted", () => accepts() === 3);
		await jane.call("DELETE", `/api/me/follows/${encodeURIComponent(`bob@${peer.host}`)}`);
		await until("jane follows nobody", () => peer.followers("bob").length === 0);
		await shown(timeline, { m10: "m10 v1" });
		await shown(channel, { m11: "m11 v1", m2: "m2 v2", m12: "m12 v1", m3: "m3 v2" });
		await shown(channel, { m4: "m4 v2" }, [roomView, ourView]);
		await gone(channel, "m5");
		const idsOf = (list: typeof peer.inbox) => list.map(({ id }) => id).filter((id) => id.startsWith(provider.origin));
		const lost = idsOf(peer.inbox);

		await provider.kill9();
		await store.restore(provider.dataDir);
		await provider.cli("restore");
		await provider.restart();
		const received = peer.inbox.length;

		// What Matrix users did meanwhile is read from the room.
		await shown(channel, { m12: "m12 v1", m3: "m3 v2" }, [roomView, ourView]);
		// As many things of other kinds as were lost.
		await post(timeline, "m20");
		const m21 = await post(channel, "m21");
		await edit(channel, m2, "m2", 3);
		await edit(timeline, m1, "m1", 2);
		await jane.call("DELETE", `${channel.messages}/${m6}`);
		await alice.sendText(channel.room, textOf("m22"));
		await peer.edit("bob", m4, textOf("m4", 3), guild);
		await bobPosts("m23");
		const erin = await synapse.registerUser("erin");
		await erin.join(channel.room);
		await shown(timeline, { m20: "m20 v1", m1: "m1 v2" });
		await shown(channel, { m21: "m21 v1", m2: "m2 v3", m22: "m22 v1" });
		await shown(channel, { m4: "m4 v3", m23: "m23 v1" }, [roomView, ourView]);
		await gone(channel, "m6");
		await alice.react(channel.room, await eventOf(scene, channel, "m21"), "🎉");
		await peer.like("bob", await noteOf("m20"), actor);
		await until("the reaction is here", async () => (await reactionsOf(channel, m21)).length === 1);
		// Of lost messages their readers keep what they had.
		await shown(timeline, { m10: "m10 v1" }, [roomView, peerView]);
		await shown(channel, { m11: "m11 v1" }, [roomView, peerView]);

		// Follows are made and ended again, in both directions.
		await jane.call("DELETE", `/api/me/follows/${encodeURIComponent(`bob@${peer.host}`)}`);
		await jane.call("POST", "/api/me/follows", { actor: `bob@${peer.host}` });
		await until("jane follows bob again", async () => {
			const { items } = await jane.call("GET", "/api/me/follows?state=accepted");
			return peer.followers("bob").length === 1 && JSON.stringify(items).includes(`bob@${peer.host}`);
		});
		await peer.broadcast("bob", textOf("m30"));
		await until("bob's post is in jane's home timeline", async () =>
			JSON.stringify(await jane.call("GET", "/api/me/timeline")).includes(textOf("m30")),
		);
		await peer.follow("carol", actor);
		await until("carol's follow is accepted again", () => accepts() >= 4);
		const followers = async (): Promise<number> => {
			const answer = await fetch(`${timeline.actor}/followers`, { headers: { accept: "application/activity+json" } });
			return ((await answer.json()) as { totalItems: number }).totalItems;
		};
		const before = await followers();
		await peer.unfollow("bob", actor, follow);
		await until("bob follows jane no longer", async () => (await followers()) === before - 1);
		const fresh = idsOf(peer.inbox.slice(received));
		t.deepEqual(
			fresh.filter((id) => lost.includes(id)),
			[],
		);
		t.is(new Set(fresh).size, fresh.length);
		const members = JSON.stringify(await jane.call("GET", channel.messages.replace(/messages$/, "members")));
		for (const user of ["alice", "dave", "erin"]) t.true(members.includes(`_matrix_${user}_`), user);
	});
