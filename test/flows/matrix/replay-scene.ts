import type { ExecutionContext } from "ava";
import { accountById, accountByRemote } from "#core/accounts/find-account.ts";
import { memberships } from "#core/groups/membership.ts";
import { type AccountId, bridgeName } from "#core/ids.ts";
import { fediverseSide, timelineOf as itemsOf, nameIn, textOf } from "../../faults/views.ts";
import type { FakeHomeserver } from "../../peers/fake-homeserver.ts";
import type { Room } from "../../peers/fake-homeserver-rooms.ts";
import { startRegisteredHomeserver } from "../../peers/registered-homeserver.ts";
import { startRemoteHost } from "../../peers/remote-host.ts";
import type { Client } from "../../support/client.ts";
import { freePort } from "../../support/free-port.ts";
import { type Running, startGateway } from "../../support/gateway.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { until } from "../../support/wait.ts";
import type { Cast } from "./room-story.ts";

/** A provider with a room that is linked to a channel, in which two of its people have spoken, and a follower in the fediverse. */
export interface ReplayScene {
	readonly homeserver: FakeHomeserver;
	readonly room: Room;
	readonly alice: string;
	readonly cast: Cast;
	readonly jane: Client;
	readonly kim: Client;
	/** The URL of the provider. */
	readonly origin: string;
	/** Ends the provider and starts it again, so that it knows only what it has stored. */
	restart(): Promise<void>;
	/** Freezes the provider's clock, or lets it go on. */
	freeze(isFrozen: boolean): void;
	/** What the provider's two people say now, as far as it arrives in the room. */
	speakAgain(): Promise<readonly string[]>;
	/** What is shown of the channel here and in the fediverse, and who is in it. */
	state(): Promise<ReplayState>;
}

/** What people see in the end, independent of ids and times. */
export interface ReplayState {
	/** The messages, with the message that each replies to, and its reactions. */
	readonly texts: readonly string[];
	readonly members: readonly string[];
	/** The name of a user who has changed it. */
	readonly carol: string | undefined;
	/** What a follower in the fediverse sees. */
	readonly fediverse: readonly string[];
	readonly duplicates: readonly string[];
	/** Whether the follower has everything as it is here; of a timeline, what its owner says. */
	readonly isSettled: boolean;
}

export interface ReplayOptions {
	/** What the room is linked to: in the timeline of a person, others only reply. */
	readonly place?: "channel" | "timeline";
	/** Whether the moderators of the room also remove what our people say. */
	readonly shared?: boolean;
}

export async function openReplayScene(
	t: ExecutionContext,
	{ place = "channel", shared = false }: ReplayOptions = {},
): Promise<ReplayScene> {
	const [folder, port] = [await temporaryFolder(t), await freePort()];
	const { homeserver, env } = await startRegisteredHomeserver(folder, port);
	const host = await startRemoteHost();
	let frozenAt: number | undefined;
	const clock = { now: () => frozenAt ?? Date.now() };
	let provider: Running = await startGateway(folder, env, port, { clock });
	t.teardown(async () => {
		await provider[Symbol.asyncDispose]();
		await homeserver[Symbol.asyncDispose]();
		await host[Symbol.asyncDispose]();
	});
	const [jane, kim] = [await provider.person("jane"), await provider.person("kim")];
	const { group, channel, actor } =
		place === "timeline" ? await timelineOf(jane) : await newChannel(provider.origin, jane, kim);
	const at = `/api/groups/${group}/channels/${channel}/messages`;
	await host.send(
		"fred",
		{ id: `${host.origin}/follows/1`, type: "Follow", object: actor },
		`${provider.origin}/inbox`,
	);

	const alice = homeserver.user("alice");
	const room = homeserver.room(alice);
	room.setMember(alice, "@_ofscp_bot:hs.test", { membership: "invite" });
	const asked = { bridge: "matrix", channel, room: room.id };
	const { code } = await jane.call("POST", `/api/groups/${group}/bridges`, asked);
	await until("the room is asked", () =>
		room.events.some(({ content }) => String(content.body).includes(`link ${code}`)),
	);
	room.send(alice, "m.room.message", { msgtype: "m.text", body: `link ${code}${shared ? " shared" : ""}` });
	await until("the link is active", () => room.events.some(({ type }) => type === "m.bridge"));
	const post = (client: Client, name: string, reference?: object) =>
		client.call("POST", at, { type: "memo", content: { text: textOf(name) }, ...(reference && { reference }) });
	const inRoom = (name: string) =>
		until(`${name} is in the room`, () => room.events.find(({ content }) => content.body === textOf(name)));
	const reference = { type: "reply", id: (await post(jane, "m91")).id };
	await post(kim, "m92", reference);
	const [first, second] = [await inRoom("m91"), await inRoom("m92")];
	await until("everything is pushed", () => homeserver.pusher.idle);

	async function members(): Promise<readonly string[]> {
		const { context } = provider.gateway;
		const query = { index: "place", prefix: [channel, "joined"], order: "asc", limit: 100 } as const;
		const page = await context.store.page(memberships, query);
		const names = page.map(async ({ doc }) => {
			const account = await accountById(context, doc.account as AccountId);
			return account?.profile.displayName || account?.handle || "";
		});
		return (await Promise.all(names)).sort();
	}
	/** Both people speak; what the second one says arrives after what the first one says, or alone. */
	async function speakAgain(): Promise<readonly string[]> {
		await post(kim, "m94", reference);
		await post(jane, "m95");
		await inRoom("m95");
		return room.events.flatMap(({ content }) => (/^m9[45] /.test(String(content.body)) ? [String(content.body)] : []));
	}

	return {
		homeserver,
		room,
		alice,
		jane,
		kim,
		origin: provider.origin,
		cast: { memo: first.event_id, ghosts: [second.sender, first.sender] },
		speakAgain,
		freeze(isFrozen) {
			// The events of a story follow each other faster than a clock can tell, and are dated accordingly.
			frozenAt = isFrozen ? Date.now() + 500 : undefined;
		},
		async restart() {
			await provider.gateway[Symbol.asyncDispose]();
			provider = await startGateway(folder, env, port, { clock });
		},
		async state() {
			const items = await itemsOf(jane, at);
			const shown = new Map(items.map((item) => [item.id, item]));
			const texts = items.flatMap(({ content, reference, reactions, deletedAt }) => {
				if (deletedAt !== undefined) return [];
				const parent = nameIn(shown.get(reference?.id ?? "")?.content.text);
				const counts = reactions.map(({ key, count }) => `${key} ${count}`).sort();
				return [[content.text, ...(parent === undefined ? [] : [`re ${parent}`]), ...counts].join(" | ")];
			});
			const plain = items.map(({ content }) => content.text.replace(/<[^>]+>/g, ""));
			const { view, duplicates } = fediverseSide(host.ledger, actor);
			const carol = await accountByRemote(provider.gateway.context, bridgeName("matrix"), homeserver.user("carol"));
			return {
				texts: texts.sort(),
				members: await members(),
				carol: carol?.profile.displayName,
				fediverse: [...view.values()].sort(),
				isSettled:
					[...view.values()].every((text) => plain.includes(text)) &&
					(place === "channel" ? texts.length === view.size : view.has("m91")),
				duplicates,
			};
		},
	};
}

async function timelineOf(client: Client) {
	const { timeline, actor } = await client.call("GET", "/api/me");
	return { group: timeline.group as string, channel: timeline.channel as string, actor: actor as string };
}

async function newChannel(origin: string, owner: Client, member: Client) {
	const { id: group } = await owner.call<{ id: string }>("POST", "/api/groups", { name: "Guild", joinPolicy: "open" });
	const fields = { name: "general", type: "text", tier: "discoverable" };
	const { id: channel } = await owner.call<{ id: string }>("POST", `/api/groups/${group}/channels`, fields);
	await member.call("POST", `/api/groups/${group}/join`, {});
	return { group, channel, actor: `${origin}/channels/${channel}` };
}
